import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { pythonEnvironment } from '../helpers/python.ts';

export interface MlflowServer {
  url: string;
  /** What its API answers. */
  ask(path: string, body?: object): Promise<any>;
  stop(): void;
}

/** Starts the tracking server of MLflow over an SQLite file, with nothing that the tests do not need. */
export async function startMlflow(python: string, folder: string): Promise<MlflowServer> {
  const port = await freePort();
  const places = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`];
  const files = ['--artifacts-destination', join(folder, 'artifacts')];
  const child = spawn(
    python,
    ['-m', 'mlflow', 'server', ...places, ...files, '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    {
      cwd: folder,
      // A group of its own, since the server starts processes.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: pythonEnvironment({ MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' }),
    },
  );
  const stop = (): void => {
    process.off('exit', stop);
    process.kill(-child.pid!, 'SIGKILL');
  };
  process.on('exit', stop);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(`${url}/health`))) {
    if (child.exitCode !== null) {
      process.off('exit', stop);
      throw new Error(`MLflow ended before it answered:\n${said}`);
    }
    await sleep(100);
  }
  return {
    url,
    ask: async (path, body) => {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${url}/api/2.0/mlflow/${path}`, { ...init, headers })).json();
    },
    stop,
  };
}

/**
 * Stands before a server until the test ends.
 *
 * @param requests passes on so many, and the answer of the last of them is lost; every later one is cut off
 */
export async function passOn(url: string, requests: number): Promise<string> {
  let asked = 0;
  const proxy = createHttpServer((request, response) => {
    asked += 1;
    if (asked > requests) return void request.socket.destroy();
    const isLast = asked === requests;
    const { method, headers } = request;
    const there = httpRequest(`${url}${request.url}`, { method, headers }, (answer) => {
      if (isLast) return void answer.resume().on('end', () => request.socket.destroy());
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(there);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
