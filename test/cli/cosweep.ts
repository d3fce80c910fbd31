import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  /** Resolves when stdout or stderr holds this. */
  says(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

/** Starts the built program as a user does. */
export function start(args: string[], { cwd, env = {} }: { cwd: string; env?: Record<string, string> }): Running {
  if (!existsSync(join(root, 'dist', 'server', 'cli', 'main.js')))
    throw new Error('The tests of the command line need the built program: npm run build');
  const child = spawn(process.execPath, [join(root, 'bin', 'cosweep.js'), ...args], {
    cwd,
    env: { ...process.env, COSWEEP_DB: '', COSWEEP_TOKEN: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const heard = () => waiting.forEach((check) => check());
  child.stdout.setEncoding('utf8').on('data', (text: string) => ((stdout += text), heard()));
  child.stderr.setEncoding('utf8').on('data', (text: string) => ((stderr += text), heard()));
  const ended = new Promise<Ended>((resolve) => void child.once('close', (code) => resolve({ code, stdout, stderr })));
  return {
    ended,
    signal: (signal) => void child.kill(signal),
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!stdout.includes(text) && !stderr.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void ended.then(() =>
          reject(
            new Error(`cosweep ${args.join(' ')} ended without saying ${JSON.stringify(text)}:\n${stdout}${stderr}`),
          ),
        );
      }),
  };
}

export function cosweep(args: string[], options: Parameters<typeof start>[1]): Promise<Ended> {
  return start(args, options).ended;
}
