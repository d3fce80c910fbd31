import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoctorResponse } from '../../server/http/schemas/doctor.ts';
import { startServer, type RunningServer, type ServeOptions } from '../../server/http/server.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { planText } from './plan-text.ts';

/** A server on a free port over a database of its own, with a page in place of the dashboard. */
export interface TestServer {
  server: RunningServer;
  storage: Storage;
  folder: string;
  /** Sweeps for which a run process was asked. */
  started: string[];
  /** What the server reported as its own failures. */
  reported: unknown[];
  close(): Promise<void>;
}

export const doctorAnswer: DoctorResponse = {
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
};

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
  const server = await startServer({
    context: {
      storage,
      actions: {
        startRun: async (id) => void started.push(id),
        plan: async (text) => planText(text),
        doctor: async () => doctorAnswer,
      },
    },
    startThread: null,
    webFolder,
    host: '127.0.0.1',
    port: 0,
    basePath: '',
    allowHosts: [],
    token: null,
    report: (error) => void reported.push(error),
    ...options,
  });
  return {
    server,
    storage,
    folder,
    started,
    reported,
    async close() {
      await server.close();
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: unknown;
}

/**
 * A request with any headers, even `Host` and `Origin`, which `fetch` would set itself. The path is sent as it is
 * written.
 */
export function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false },
      (response) => {
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
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}
