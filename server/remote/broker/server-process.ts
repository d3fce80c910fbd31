import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from '../../training/engines/tensorflow/command.ts';
import { endProcess } from './left-server.ts';
import { FILES } from './server-configuration.ts';

/** A server at work, as a child of this process. */
export interface ServerProcess {
  /** When it has ended: the last lines of its log. */
  ended: Promise<string>;
  end(): Promise<void>;
}

/**
 * Waits for its input to end, which is when the process that holds the other end is gone, however it went. Then the
 * server gets a SIGTERM, with which it syncs its file.
 */
const WATCH = 'read -r _; kill -TERM "$0"';

/**
 * Starts a server that ends with this process. Both it and its watch stand apart from the terminal: a Ctrl-C there is
 * for this process, which has checkpoints to take in before the server may end.
 */
export function startServer(program: string, folder: string): ServerProcess {
  // A restart begins a new log, so that it does not grow.
  rmSync(join(folder, FILES.log), { force: true });
  const server = spawn(program, [FILES.configuration], { cwd: folder, stdio: 'ignore', detached: true });
  const ended = new Promise<string>((resolve) => {
    server.once('error', (error) => resolve(error.message));
    server.once('exit', () => resolve(readLog(folder)));
  });
  server.unref();
  const { pid } = server;
  if (pid === undefined) return { ended, end: async () => {} };
  const watch = spawn('/bin/sh', ['-c', WATCH, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watch.on('error', () => {}); // without a watch the next start ends the server
  watch.unref();
  (watch.stdin as unknown as { unref(): void }).unref();
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true; // the number may be another process's from now on
    watch.kill('SIGKILL');
  });
  return {
    ended,
    async end() {
      if (!hasEnded) await endProcess(pid);
      await ended;
    },
  };
}

function readLog(folder: string): string {
  try {
    return lastLines(readFileSync(join(folder, FILES.log), 'utf8'), 4);
  } catch {
    return 'it has written no log';
  }
}
