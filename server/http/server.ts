import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../sweep/user-error.ts';
import { answerHere } from './answerer.ts';
import { makeApp } from './app.ts';
import { parseBasePath } from './base-path.ts';
import { watchChanges } from './change-feed.ts';
import { REQUEST_TIMEOUT, serveBounded } from './connections.ts';
import { makeEventStreams } from './events.ts';
import { slowGuesses } from './guesses.ts';
import { allowedHosts } from './hosts.ts';
import type { Context } from './route.ts';
import { readStaticFiles } from './static-files.ts';
import { storageChanges } from './storage-changes.ts';
import { answerByProcesses, type StartProcess } from './processes/answer-by-processes.ts';
import { chooseSecret, makeToken } from './token.ts';

export interface ServeOptions {
  context: Context;
  /** Starts the processes that answer the API's requests; null: the server itself answers. */
  startProcess: StartProcess | null;
  /** Folder of the built dashboard. */
  webFolder: string;
  host: string;
  port: number;
  basePath: string;
  /** Further names that the server may be addressed by. */
  allowHosts: readonly string[];
  /** The token from COSWEEP_TOKEN; null: one is generated. */
  token: string | null;
  /** Asks for no token, which only this machine may be offered. */
  noToken: boolean;
  /** Where failures that are ours are written. */
  report: (error: unknown) => void;
}

export interface RunningServer {
  /** The address to open in a browser; it carries the token, if there is one. */
  url: string;
  port: number;
  token: string | null;
  /** Takes no new requests, lets those in flight finish, ends event streams. */
  close(): Promise<void>;
}

/** How often the database's change counter is read, in ms. */
const WATCH_INTERVAL = 300;
/** How long a shutdown waits for requests in flight, in ms. */
const CLOSE_TIMEOUT = 10_000;
/** How long a connection stays open for the next request, in ms: pages ask again after some seconds. */
const KEEP_ALIVE_TIMEOUT = 60_000;
/** How many ports after a taken one are tried. */
const PORTS_TRIED = 50;

/** Starts the dashboard and the API. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const basePath = parseBasePath(options.basePath);
  const files = readStaticFiles(options.webFolder, basePath);
  const secret = chooseSecret(options.host, options.token, !options.noToken);
  const feed = watchChanges(storageChanges(options.context.storage), WATCH_INTERVAL, options.report);
  const streams = makeEventStreams(feed);
  const { context, startProcess, report } = options;

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT, headersTimeout: REQUEST_TIMEOUT });
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT;
  const port = await listen(server, options.host, options.port);
  const answerer =
    startProcess === null ? answerHere(context, report) : answerByProcesses(startProcess, context, report);
  const app = makeApp({
    answerer,
    streams,
    files,
    basePath,
    report: options.report,
    guesses: slowGuesses(),
    hosts: allowedHosts(options.host, options.allowHosts),
    token: secret === null ? null : makeToken(secret, `cosweep_${port}`),
  });
  serveBounded(server, app);

  const query = secret === null ? '' : `?token=${encodeURIComponent(secret)}`;
  return {
    url: `http://${shownHost(options.host)}:${port}${basePath}/${query}`,
    port,
    token: secret,
    async close() {
      await close(server, () => {
        streams.close();
        feed.close();
      });
      await answerer.close();
    },
  };
}

/**
 * Listens on the port or, where it is taken, on the next free one.
 *
 * @returns the port that it got
 */
async function listen(server: Server, host: string, port: number): Promise<number> {
  for (let candidate = port; ; candidate++) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(candidate, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const last = Math.min(port + PORTS_TRIED, 65_535);
      if (code !== 'EADDRINUSE' || candidate >= last) {
        const reason = code === 'EADDRINUSE' ? `ports ${port} to ${last} are taken` : message;
        throw new UserError(`Cannot serve on ${host}, port ${port}: ${reason}; choose with --host and --port`);
      }
    }
  }
}

function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function close(server: Server, endStreams: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endStreams();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT);
  await closed;
  clearTimeout(timer);
}
