import { UserError } from '../sweep/user-error.ts';

/**
 * `cosweep/`, `/cosweep` → `/cosweep`; nothing or `/` → ''. The path is written into the page, so only plain characters
 * pass.
 */
export function parseBasePath(text: string): string {
  const segments = text.split('/').filter((segment) => segment !== '');
  const bad = segments.find((segment) => !/^[A-Za-z0-9._~-]+$/.test(segment) || /^\.+$/.test(segment));
  if (bad !== undefined) {
    throw new UserError(
      `Cannot serve under ${JSON.stringify(text)}: got ${JSON.stringify(bad)} in --base-path, ` +
        'want letters, digits and . _ ~ - between slashes',
    );
  }
  return segments.map((segment) => `/${segment}`).join('');
}
