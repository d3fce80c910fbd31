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

/**
 * The address below the base path. Some proxies pass the base path on and others strip it, so an address without it is
 * taken as it is.
 *
 * @param url `/cosweep/api/sweeps?page=2`, or the same without the base path
 */
export function belowBasePath(url: string, basePath: string): string {
  return url.startsWith(`${basePath}/`) ? url.slice(basePath.length) : url;
}

/** True for a path, below the base path, that is the API's and not a page's. */
export function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}
