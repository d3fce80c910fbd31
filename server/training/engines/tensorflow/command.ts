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
    });
    let output = '';
    const take = (tell: (text: string) => void) => (text: string) => {
      output += text;
      tell(text);
    };
    // Each stream by itself: a line of one may come between two halves of a line of the other.
    const streams = [child.stdout, child.stderr].map((stream) => {
      const lines = toLines(options.onLine ?? (() => {}));
      stream.setEncoding('utf8').on('data', take(lines.add));
      return lines;
    });
    let timedOut = false;
    const late =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = child.kill('SIGKILL');
          }, options.timeout);
    child.on('error', (error) => {
      clearTimeout(late);
      resolve({ code: null, output: output + error.message, timedOut });
    });
    child.on('close', (code) => {
      clearTimeout(late);
      for (const lines of streams) lines.end();
      resolve({ code, output, timedOut });
    });
  });
}

/** Cuts text into lines, as it comes in pieces. Empty lines are left out, and a last line need not end. */
function toLines(onLine: (line: string) => void): { add: (text: string) => void; end: () => void } {
  let unfinished = '';
  const tell = (line: string): void => {
    if (line.trim()) onLine(line);
  };
  return {
    add(text) {
      const lines = (unfinished + text).split(/\r?\n|\r/);
      unfinished = lines.pop()!;
      lines.forEach(tell);
    },
    end: () => tell(unfinished),
  };
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
