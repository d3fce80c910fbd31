import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HttpError } from './http-error.ts';

/** The secret that a caller from another machine must know. */
export interface Token {
  /** Throws `unauthorized` unless the headers carry the token or the cookie that stands for it. */
  check(headers: Record<string, string | undefined>): void;
  /** True for the token itself, as it comes in `?token=`. */
  matches(candidate: string): boolean;
  /** `Set-Cookie` for a browser that has shown the token once. */
  cookie(path: string): string;
}

export function generateToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * @param secret COSWEEP_TOKEN, or a generated one
 * @param cookieName one per port, since browsers share cookies between the ports of a host
 */
export function makeToken(secret: string, cookieName: string): Token {
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest();
  const equal = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));
  // The cookie holds a value derived from the token: whoever reads the cookie store of the browser does not learn the
  // token.
  const cookieValue = digest('cookie').toString('base64url');
  const matches = (candidate: string) => equal(candidate, secret);

  return {
    matches,
    check(headers) {
      const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
      const cookie = readCookie(headers.cookie, cookieName);
      if (bearer !== undefined && matches(bearer)) return;
      if (cookie !== undefined && equal(cookie, cookieValue)) return;
      throw new HttpError(
        'unauthorized',
        'Cannot answer without the token: open the address that `cosweep serve` printed (it ends in ?token=…), ' +
          'or send the token as "Authorization: Bearer TOKEN"',
      );
    },
    // Lax, not Strict: the redirect after a click on a link in a mail or a chat must already carry the cookie.
    cookie: (path) => `${cookieName}=${cookieValue}; Path=${path}; HttpOnly; SameSite=Lax`,
  };
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
