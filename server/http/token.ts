import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { UserError } from '../sweep/user-error.ts';
import { isLoopback } from './hosts.ts';
import { HttpError } from './http-error.ts';

/** Of a request; names in lower case. */
type Headers = Record<string, string | undefined>;

/** The secret that a caller must know. */
export interface Token {
  /** Throws `unauthorized` unless the headers carry the token or the cookie that stands for it. */
  check(headers: Headers): void;
  /** True for headers that `check` lets pass. */
  isIn(headers: Headers): boolean;
  /** True for the token itself, as it comes in `?token=`. */
  matches(candidate: string): boolean;
  /** `Set-Cookie` for a browser that has shown the token once. */
  cookie(path: string): string;
}

/** Thrown for a token or a cookie that is wrong. Whoever sends none guesses nothing. */
export class WrongToken extends HttpError {
  constructor() {
    super('unauthorized', `Cannot answer: the token is wrong or of an earlier start. ${WHERE}`);
  }
}

const WHERE =
  'Open the address that `cosweep serve` printed (it ends in ?token=…), or send the token as ' +
  '"Authorization: Bearer TOKEN"';

/** The shortest token that other machines may guess at. */
const SHORTEST = 16;
const LONGEST = 500;

/**
 * The secret of a server: the user's own, or a new one. A port of this machine is open to all of its accounts, so only
 * who says so gets none.
 *
 * @param own from COSWEEP_TOKEN; null: none
 * @param wanted false for `--no-token`
 * @returns null where no token is asked for
 */
export function chooseSecret(host: string, own: string | null, wanted: boolean): string | null {
  if (!wanted && own !== null)
    throw new UserError('Cannot serve without a token: COSWEEP_TOKEN holds one; unset it, or leave --no-token out');
  if (!wanted && !isLoopback(host))
    throw new UserError(`Cannot serve on ${host} without a token: --no-token is for this machine alone`);
  if (own === null) return wanted ? randomBytes(24).toString('base64url') : null;
  if (!/^[!-~]([ -~]*[!-~])?$/.test(own) || own.length > LONGEST)
    throw new UserError(
      `Cannot take the token in COSWEEP_TOKEN: want at most ${LONGEST} characters of ASCII, no space at either end`,
    );
  if (!isLoopback(host) && own.length < SHORTEST)
    throw new UserError(
      `Cannot serve on ${host} with the token in COSWEEP_TOKEN: it has ${own.length} characters, ` +
        `want at least ${SHORTEST} where other machines can guess it`,
    );
  return own;
}

/** @param cookieName one per port, since browsers share cookies between the ports of a host */
export function makeToken(secret: string, cookieName: string): Token {
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest();
  const equal = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));
  // The cookie holds a value derived from the token: whoever reads the cookie store of the browser does not learn the
  // token.
  const cookieValue = digest('cookie').toString('base64url');
  const matches = (candidate: string) => equal(candidate, secret);

  const bearers = ({ authorization }: Headers) => /^Bearer (.+)$/i.exec(authorization ?? '')?.slice(1) ?? [];
  const cookies = ({ cookie }: Headers) => readCookies(cookie, cookieName);
  const isIn = (headers: Headers) =>
    bearers(headers).some(matches) || cookies(headers).some((value) => equal(value, cookieValue));

  return {
    matches,
    isIn,
    check(headers) {
      if (isIn(headers)) return;
      if (bearers(headers).length + cookies(headers).length > 0) throw new WrongToken();
      throw new HttpError('unauthorized', `Cannot answer without the token. ${WHERE}`);
    },
    // Strict: no request that a page of another site makes carries it, not even a link; see `meetAgain` in entry.ts.
    cookie: (path) => `${cookieName}=${cookieValue}; Path=${path}; HttpOnly; SameSite=Strict`,
  };
}

/** All cookies of a name: another program of this host can set one of the same name for a longer path. */
function readCookies(header: string | undefined, name: string): string[] {
  return (header ?? '').split(';').flatMap((part) => {
    const [key, value] = part.trim().split('=', 2);
    return key === name && value !== undefined ? [value] : [];
  });
}
