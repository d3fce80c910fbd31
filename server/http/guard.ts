import { isApi } from './base-path.ts';
import { hostName } from './hosts.ts';
import { HttpError } from './http-error.ts';
import type { Token } from './token.ts';

/** The part of a request that the checks look at; header names are in lower case. */
export interface Incoming {
  method: string;
  /** The path below the base path, without the query. */
  path: string;
  headers: Record<string, string | undefined>;
  hasBody: boolean;
}

export interface GuardOptions {
  hosts: Set<string>;
  /** null where none is asked for, which only this machine may be offered. */
  token: Token | null;
}

/**
 * All checks of a request before any route sees it, whatever its path: a new route is guarded from the start. Throws
 * the refusal.
 */
export function guard(incoming: Incoming, options: GuardOptions): void {
  checkHost(incoming, options.hosts);
  options.token?.check(incoming.headers);
  checkSite(incoming);
  checkMediaType(incoming);
}

function checkHost({ headers }: Incoming, hosts: Set<string>): void {
  const name = hostName(headers.host);
  if (name === '' || !hosts.has(name)) {
    throw new HttpError(
      'forbidden',
      `Cannot answer for host ${JSON.stringify(headers.host ?? '')}: not a name of this server; ` +
        'allow it with: cosweep serve --allow-host NAME',
    );
  }
}

function changesState(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/**
 * Pages of other origins may lead a window to a page here and may do nothing else: what a frame, a picture or a script
 * asks for is refused. Other ports of this machine are other origins too.
 */
function checkSite({ method, path, headers }: Incoming): void {
  const site = headers['sec-fetch-site'];
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  if (changesState(method)) {
    const origin = headers.origin;
    if (!ownSite || (origin !== undefined && !sameHost(origin, headers.host))) {
      throw new HttpError(
        'forbidden',
        `Cannot ${method} ${path} for a page of ${origin ?? `a ${site} origin`}: it came for the host ` +
          `${JSON.stringify(headers.host ?? '')}, and only the dashboard's own pages may change something. A proxy ` +
          "must pass the browser's Host header on, with its port (nginx: proxy_set_header Host $http_host)",
      );
    }
  } else if (!ownSite && (isApi(path) || !leadsWindow(headers))) {
    throw new HttpError(
      'forbidden',
      `Cannot ${method} ${path} for a page of a ${site} origin: only the dashboard's own pages may read it`,
    );
  }
}

function leadsWindow(headers: Incoming['headers']): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && [undefined, 'document'].includes(headers['sec-fetch-dest']);
}

/** The port that a scheme has anyway may be written or left out, so both are read under the origin's scheme. */
function sameHost(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: wanted } = new URL(origin);
  return wanted !== '' && URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === wanted;
}

/**
 * Any web page can send text/plain, a form or a body without a type, and the browser does not ask for permission
 * (CVE-2023-43472). It does ask before JSON is sent.
 */
function checkMediaType({ method, path, headers, hasBody }: Incoming): void {
  const type = headers['content-type'];
  const found = type?.split(';')[0]!.trim().toLowerCase();
  if (changesState(method) && (hasBody || type !== undefined) && found !== 'application/json') {
    throw new HttpError(
      'unsupported-media-type',
      `Cannot ${method} ${path}: got a body of type ${type ?? '(none)'}, want application/json`,
    );
  }
}
