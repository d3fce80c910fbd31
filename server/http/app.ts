import express, { type ErrorRequestHandler, type Request as ExpressRequest, type Response } from 'express';
import { errorReply } from './answer.ts';
import type { Answerer } from './answerer.ts';
import { belowBasePath, isApi } from './base-path.ts';
import { forReader } from './compression.ts';
import { refuseNesting } from './definition-of.ts';
import { enter, type EntryOptions } from './entry.ts';
import type { EventStreams } from './events.ts';
import { HttpError } from './http-error.ts';
import { describeApi } from './openapi.ts';
import type { Reply, Route } from './route.ts';
import { routes } from './routes.ts';
import { API_HEADERS, PAGE_HEADERS } from './security-headers.ts';
import { bestOf, type StaticFiles } from './static-files.ts';

export interface AppOptions extends EntryOptions {
  answerer: Answerer;
  streams: EventStreams;
  files: StaticFiles;
  report: (error: unknown) => void;
}

/** Far above any definition: 100,000 arms are a few lines of JSON. */
const BODY_LIMIT_MIB = 2;

/** Routes, guard and pages as an Express application. */
export function makeApp(options: AppOptions): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  // `/API` would be a page to the guard and the API to the router.
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  app.use(async (request, response, next) => {
    response.set(isApi(belowBasePath(request.path, options.basePath)) ? API_HEADERS : PAGE_HEADERS);
    if (await enter(request, response, options)) next();
  });
  app.use('/api', makeApi(options));
  app.use(servePages(options));
  app.use(handleErrors(options));
  return app;
}

function makeApi({ answerer, streams, basePath }: AppOptions): express.Router {
  const api = express.Router({ strict: true, caseSensitive: true });
  api.use(express.json({ limit: BODY_LIMIT_MIB * 2 ** 20, inflate: false }));
  const description = describeApi(routes, `${basePath}/api`);
  api.get('/openapi.json', (_request, response) => send(response, { status: 200, body: description }));
  api.get('/events', (request, response) => streams.open(request, response));
  for (const route of routes) api[route.method](route.path, respond(route, answerer));
  api.use((request) => {
    throw notForRoute(request);
  });
  return api;
}

function respond(route: Route, answerer: Answerer) {
  return async (request: ExpressRequest, response: Response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { params, query, body } = request;
    refuseNesting(body);
    const reply = await answerer.answer(route, { params, query, body }, gone.signal);
    response.vary('Accept-Encoding');
    send(response, await forReader(reply, request.acceptsEncodings('gzip') === 'gzip'));
  };
}

function send(response: Response, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.status(reply.status);
  if (reply.fileName !== undefined) response.attachment(reply.fileName);
  if (reply.etag !== undefined) response.set('ETag', reply.etag);
  if (reply.encoding !== undefined) response.set('Content-Encoding', reply.encoding);
  if (reply.type !== undefined) response.type(reply.type).send(reply.body);
  else response.json(reply.body);
}

/** 405 where the path is known under another method, 404 where it is not known at all. */
function notForRoute(request: ExpressRequest): HttpError {
  const methods = routes
    .filter(({ path }) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(request.path))
    .map(({ method }) => method.toUpperCase());
  if (methods.length > 0) {
    return new HttpError(
      'method-not-allowed',
      `Cannot ${request.method} /api${request.path}: want ${methods.join(' or ')}`,
    );
  }
  return new HttpError(
    'not-found',
    `Cannot ${request.method} /api${request.path}: no such endpoint; /api/openapi.json lists them`,
  );
}

/**
 * The dashboard itself tells its pages apart by the address, so an unknown path without a file ending gets the page
 * too.
 */
function servePages({ files, basePath }: AppOptions): express.RequestHandler {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HttpError('method-not-allowed', `Cannot ${request.method} ${request.path}: want GET`);
    }
    const { path } = request;
    const file = files.get(path) ?? (/\.\w+$/.test(path) ? undefined : files.get('/'));
    if (file === undefined) throw new HttpError('not-found', `Cannot find ${path}: the dashboard is at ${basePath}/`);
    const { body, etag, encoding } = bestOf(file, (encoding) => request.acceptsEncodings(encoding) === encoding);
    response.vary('Accept-Encoding');
    if (encoding !== null) response.set('Content-Encoding', encoding);
    response.set('ETag', etag);
    response.set('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.type(file.type).send(body);
  };
}

/** Registered last, so that it sees the errors of everything before it. */
function handleErrors({ report }: AppOptions): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const reply = errorReply(fromExpress(error), report);
    // Who opened a page reads a sentence, not JSON.
    const { message } = reply.body.error;
    if (!isApi(request.path) && request.headers.accept?.includes('text/html'))
      response.status(reply.status).type('text/plain').send(message);
    else send(response, reply);
  };
}

/** Express and its body parser give an error a status where the caller is at fault. */
function fromExpress(error: unknown): unknown {
  const { status, type } = error as { status?: number; type?: string };
  if (error instanceof HttpError || status === undefined || status >= 500) return error;
  if (status === 413)
    return new HttpError('too-large', `Cannot read the request: its body is larger than ${BODY_LIMIT_MIB} MiB`);
  if (status === 415)
    return new HttpError(
      'unsupported-media-type',
      'Cannot read the request: want a body of plain application/json in UTF-8',
    );
  if (type === 'entity.parse.failed')
    return new HttpError('bad-request', `Cannot read the request: its body is not JSON (${(error as Error).message})`);
  return new HttpError('bad-request', `Cannot read the request: ${(error as Error).message}`);
}
