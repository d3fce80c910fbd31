import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { killGroup } from './kill-group.ts';

/** Lines of what a program wrote to stderr last that its error quotes. */
const LINES_QUOTED = 30;
/** How much of it is kept for that, in characters. */
const STDERR_KEPT = 8_000;

export interface Starting {
  command: readonly string[];
  /** The copy of its files, where it runs. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Whether it is given folders on stdin. */
  isResident: boolean;
}

/** How a process ended: `exit code 1`, `killed by SIGKILL`. */
interface Ending {
  code: number | null;
  how: string;
}

/** In milliseconds: so long its last words are waited for where others hold its streams. */
const LAST_WORDS = 2_000;

function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  return { code, how: signal === null ? `exit code ${code}` : `killed by ${signal}` };
}

/**
 * A user's program at work, in a process group of its own. What it writes goes on to the streams of this process, which
 * are read by the main process; a program that writes faster waits.
 */
export class ProgramProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<Ending>;
  #ending: Ending | null = null;
  #stderr = '';

  constructor({ command: [file, ...args], cwd, env, isResident }: Starting) {
    this.#child = spawn(file!, args, {
      cwd,
      env,
      detached: process.platform !== 'win32',
      stdio: [isResident ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    this.#child.stdin?.on('error', () => {}); // its exit says that it is gone
    this.#child.stdout?.pipe(process.stdout, { end: false });
    this.#child.stderr?.pipe(process.stderr, { end: false });
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString('utf8')).slice(-STDERR_KEPT);
    });
    this.#exited = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        this.#ending ??= ending;
        this.killAll();
        resolve(this.#ending);
      };
      this.#child.once('error', (error: NodeJS.ErrnoException) =>
        end({ code: null, how: error.code === 'ENOENT' ? `found no program ${file} on the PATH` : error.message }),
      );
      this.#child.once('close', (code, signal) => end(endingOf(code, signal)));
      // What it started may hold its streams open: they are not waited for.
      this.#child.once('exit', (code, signal) => {
        this.killAll();
        setTimeout(() => end(endingOf(code, signal)), LAST_WORDS).unref();
      });
    });
  }

  /** undefined where it did not start. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get stdout(): Readable {
    return this.#child.stdout!;
  }

  /** How it ended; null while it runs. */
  get ending(): Ending | null {
    return this.#ending;
  }

  get exited(): Promise<Ending> {
    return this.#exited;
  }

  /** The end of what it wrote to stderr, behind a line break; empty where it wrote nothing. */
  get lastWords(): string {
    const lines = this.#stderr.trimEnd().split('\n').slice(-LINES_QUOTED).join('\n');
    return lines === '' ? '' : `:\n${lines}`;
  }

  /** The next stage of a resident program. */
  hand(folder: string): void {
    this.#child.stdin?.write(`${folder}\n`);
  }

  /** A resident program ends by itself when there will be no other stage. */
  noMore(): void {
    this.#child.stdin?.end();
  }

  /** The program alone: what it has started (loaders, ranks) ends when the program says so. */
  askToEnd(): void {
    if (process.platform !== 'win32') this.#child.kill('SIGTERM');
  }

  /** The program, and whatever it started. */
  killAll(): void {
    if (this.pid !== undefined) killGroup(this.pid);
  }
}
