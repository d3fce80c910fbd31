import { spawn, type ChildProcess } from 'node:child_process';

/** Starts a program that answers requests, given as its text, with 32 MB for its objects. */
export function startProgram(text: string): ChildProcess {
  return spawn(process.execPath, ['--max-old-space-size=32', '-e', text], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
