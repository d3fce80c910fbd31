import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface CommandResult {
  /** Exit status; null when it was ended by a signal or could not be started. */
  code: number | null;
  /** Standard output and standard error as they came. */
  output: string;
  timedOut: boolean;
}

export interface CommandOptions {
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
  /** Gets every line as it comes. */
  onLine?: (line: string) => void;
  /** Ends the command when it takes longer, in milliseconds. */
  timeout?: number;
}

/**
 * Runs a program without a shell and gathers what it prints. Never throws: a program that cannot be started has code
 * null.
 */
export function command(program: string, argumentList: string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, argumentList, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout,
      killSignal: 'SIGKILL',
    });
    let output = '';
    let unfinishedLine = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const lines = (unfinishedLine + chunk.toString()).split(/\r?\n|\r/);
      unfinishedLine = lines.pop()!;
      for (const line of lines) if (line.trim()) options.onLine?.(line);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => resolve({ code: null, output: output + error.message, timedOut: false }));
    child.on('close', (code, signal) =>
      resolve({ code, output, timedOut: options.timeout !== undefined && signal === 'SIGKILL' }),
    );
  });
}

/** The first of these programs that the PATH has; null when it has none. */
export function findProgram(...names: string[]): string | null {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  return null;
}

/** The end of a program's output, for a message about its failure. */
export function lastLines(output: string, count = 12): string {
  const lines = output.split(/\r?\n/).filter((line) => line.trim());
  return lines
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
