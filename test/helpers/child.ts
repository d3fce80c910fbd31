import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A TypeScript function at work in a process of its own. */
export interface Child {
  /** Lets the function start. */
  go(): void;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Kills it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Its result. */
  result(): Promise<unknown>;
}

/**
 * Calls the default export of a file in a process of its own. The call waits for `go`; the process is gone after the
 * test.
 */
export async function startChild(file: URL, args: string[], environment: Record<string, string> = {}): Promise<Child> {
  const program = process.env['COSWEEP_CHILD'] ?? fileURLToPath(new URL('child-process.js', import.meta.url));
  const child = spawn(process.execPath, [program, fileURLToPath(file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${file.pathname} ended early`);
    return value;
  };
  if ((await line()) !== 'ready') throw new Error(`${file.pathname} did not start`);
  return {
    go: () => void child.stdin.write('go\n'),
    line,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    result: async () => JSON.parse(await line()),
  };
}
