import type { Request as ExpressRequest, Response } from 'express';
import { belowBasePath, isApi } from './base-path.ts';
import { guard, type GuardOptions, type Incoming } from './guard.ts';
import type { Guesses } from './guesses.ts';
import { WrongToken } from './token.ts';

export interface EntryOptions extends GuardOptions {
  guesses: Guesses;
  /** '' or `/cosweep`. */
  basePath: string;
}

/**
 * The door of the server: whatever a request asks for, it is checked here first, and its address loses the base path.
 * Throws the refusal.
 *
 * @returns true where the request may go on, false where it has been answered
 */
export async function enter(request: ExpressRequest, response: Response, options: EntryOptions): Promise<boolean> {
  const { basePath, guesses } = options;
  const isBare = basePath !== '' && request.path === basePath;
  if (!isBare) request.url = belowBasePath(request.url, basePath);
  try {
    if (isBare) return (redirectBare(request, response, options), false);
    if (takeToken(request, response, options)) return false;
    if (meetAgain(request, response, options)) return false;
    guard(incoming(request), options);
  } catch (error) {
    if (error instanceof WrongToken) await guesses.slowDown(request.socket.remoteAddress ?? '');
    throw error;
  }
  return true;
}

/** To the address with its slash, the token in it included. */
function redirectBare(request: ExpressRequest, response: Response, { hosts, basePath }: EntryOptions): void {
  guard(incoming(request), { hosts, token: null });
  response.redirect(308, request.url.replace(basePath, `${basePath}/`));
}

/**
 * A browser shows the token once, in the address. It gets a cookie in exchange and is redirected to the address without
 * the token.
 */
function takeToken(request: ExpressRequest, response: Response, { token, hosts, basePath }: EntryOptions): boolean {
  const shown = request.query['token'];
  if (token === null || typeof shown !== 'string' || !asksForPage(request)) return false;
  const asked = incoming(request);
  guard(asked, { hosts, token: null });
  if (!token.matches(shown)) {
    // A link of an earlier start is no guess where the browser has been let in since.
    if (token.isIn(asked.headers)) return false;
    throw new WrongToken();
  }
  const rest = new URLSearchParams(request.url.split('?')[1]);
  rest.delete('token');
  response.set('Set-Cookie', token.cookie(`${basePath}/`)).set('Cache-Control', 'no-store');
  // One leading slash: with two the browser would take the path for another server's name.
  const path = `${basePath}${request.path.replace(/^[/\\]+/, '/')}`;
  response.redirect(303, path + (rest.size > 0 ? `?${rest}` : ''));
  return true;
}

const AGAIN = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>Cosweep</title>';

/**
 * Where a link of another site is followed, in a mail or a chat, the browser leaves the cookie out. This empty page
 * asks for the same address again. It is a page of our own, so the cookie comes along.
 */
function meetAgain(request: ExpressRequest, response: Response, { token, hosts }: EntryOptions): boolean {
  if (token === null || request.headers['sec-fetch-site'] !== 'cross-site' || !asksForPage(request)) return false;
  guard(incoming(request), { hosts, token: null });
  response.set('Cache-Control', 'no-store').type('html').send(AGAIN);
  return true;
}

function asksForPage(request: ExpressRequest): boolean {
  return request.method === 'GET' && !isApi(request.path);
}

function incoming(request: ExpressRequest): Incoming {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return { method: request.method, path: request.path, headers, hasBody };
}
