import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoctorKept } from '../../server/http/schemas/doctor.ts';
import { startServer, type RunningServer, type ServeOptions } from '../../server/http/server.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { planText } from './plan-text.ts';

/** A server on a free port over a database of its own, with a page in place of the dashboard. */
export interface TestServer {
  server: RunningServer;
  storage: Storage;
  folder: string;
  /** The token that `ask` and `auth` send for it. */
  token: string;
  /** Sweeps for which a run process was asked. */
  started: string[];
  /** How often the machine was measured. */
  measured(): number;
  /** What the server reported as its own failures. */
  reported: unknown[];
  close(): Promise<void>;
}

export const doctorAnswer: DoctorKept = {
  measuredAt: '2026-11-29T12:00:00.000Z',
  report: {
    engines: [],
    datasets: [],
    database: {
      path: '/x',
      exists: true,
      works: true,
      schema: null,
      bytes: null,
      sweeps: null,
      runs: null,
      reason: null,
      remedy: null,
    },
  },
};

/** The tokens of the servers at work, by port: tests ask as the owner does, unless they say otherwise. */
const tokens = new Map<number, string>();

export async function startTestServer(options: Partial<ServeOptions> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-http-'));
  const webFolder = join(folder, 'web');
  mkdirSync(join(webFolder, 'assets'), { recursive: true });
  writeFileSync(
    join(webFolder, 'index.html'),
    '<!doctype html><html><head><title>Cosweep</title></head><body></body></html>',
  );
  writeFileSync(join(webFolder, 'assets', 'index-1a2b.js'), 'export {};');
  writeFileSync(join(folder, 'secret.js'), 'outside of the dashboard');
  const storage = await openStorage({ file: join(folder, 'test.db'), create: true });
  const started: string[] = [];
  const reported: unknown[] = [];
  let measured = 0;
  const server = await startServer({
    context: {
      storage,
      actions: {
        startRun: async (id) => void started.push(id),
        plan: async (text) => planText(text),
        doctor: async () => (measured++, doctorAnswer),
        lastDoctor: () => (measured === 0 ? null : doctorAnswer),
      },
    },
    startProcess: null,
    webFolder,
    host: '127.0.0.1',
    port: 0,
    basePath: '',
    allowHosts: [],
    token: null,
    noToken: false,
    report: (error) => void reported.push(error),
    ...options,
  });
  if (server.token !== null) tokens.set(server.port, server.token);
  return {
    server,
    storage,
    folder,
    token: server.token ?? '',
    started,
    measured: () => measured,
    reported,
    async close() {
      await server.close();
      tokens.delete(server.port);
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: unknown;
}

/** The header that lets a request in. */
export function auth(port: number): Record<string, string> {
  const token = tokens.get(port);
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** As `ask`, of somebody who knows no token. */
export function askAsStranger(port: number, path: string, options: AskOptions = {}): Promise<Answer> {
  return send(port, path, options.headers ?? {}, options);
}

/**
 * The owner's request, with the token and any other headers, even `Host` and `Origin`, which `fetch` would set itself.
 * The path is sent as it is written.
 */
export function ask(port: number, path: string, options: AskOptions = {}): Promise<Answer> {
  return send(port, path, { ...auth(port), ...options.headers }, options);
}

function send(
  port: number,
  path: string,
  headers: Record<string, string>,
  { method = 'GET', body }: AskOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const isJson = String(response.headers['content-type']).startsWith('application/json');
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text,
          json: isJson && text !== '' ? JSON.parse(text) : null,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
