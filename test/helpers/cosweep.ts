import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { inProcess } from './in-process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = `${root}bin/cosweep.js`;

// Programs are started many times in a test: on a machine that is busy with other things that is slow, and only a hang
// may fail.
vi.setConfig({ testTimeout: 300_000 });

export interface Ended {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface InDatabase {
  /** The database; its folder is the working folder. */
  db: string;
}

interface InFolder {
  /** The working folder; the database is what the arguments or the program make it. */
  cwd: string;
}

export type StartOptions = (InDatabase | InFolder) & {
  /** Another user, for whom permissions count. */
  user?: { uid: number; gid: number };
  /** The beginning of the command line that starts it. */
  within?: string[];
  /** Further variables of its environment. */
  env?: Record<string, string>;
};

/** A `cosweep` at work: the built program in a process group of its own, as a shell would start it. */
export interface Cosweep {
  readonly pid: number;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Its child processes that are alive; processes that have ended and were not waited for are none. */
  children(): number[];
  /** To the process alone, as `kill` does. */
  signal(signal: NodeJS.Signals): void;
  /** To the whole process group, as a terminal does when Ctrl-C is pressed. */
  pressCtrlC(): void;
  /** Waits until a condition holds; fails where the program ends before. */
  until(what: string, holds: () => boolean): Promise<void>;
  /** Waits until stdout or stderr holds this. */
  says(text: string): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts the built program. Whatever is left of it after the test is killed. */
export function start(args: string[], { user, env, within = [], ...place }: StartOptions): Cosweep {
  if (!existsSync(`${root}dist/server/cli/main.js`))
    throw new Error('These tests use the built program, and dist is not there: run `npm run build`');
  const { cwd, global } = placeOf(place);
  const [file, ...given] = [...within, process.execPath, program, ...global, ...args] as [string, ...string[]];
  const child = spawn(file, given, {
    cwd,
    env: { ...process.env, COSWEEP_DB: '', COSWEEP_TOKEN: '', ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  const pid = child.pid!;
  onTestFinished(() => killGroup(pid));
  const { text, ended } = collect(child);
  let over = false;
  void ended.then(() => (over = true));
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    while (!holds()) {
      if (over) throw new Error(`cosweep ${args.join(' ')} ended before ${what}; it said:\n${text.stderr}`);
      await sleep(20);
    }
  };
  return {
    pid,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    children: () =>
      processes()
        .filter((each) => each.group === pid && each.pid !== pid)
        .map((each) => each.pid),
    signal: (signal) => void child.kill(signal),
    pressCtrlC: () => void process.kill(-pid, 'SIGINT'),
    until,
    says: (words) =>
      until(`it said ${JSON.stringify(words)}`, () => text.stdout.includes(words) || text.stderr.includes(words)),
    ended,
  };
}

/** Runs the built program to its end. */
export function cosweep(args: string[], options: StartOptions): Promise<Ended> {
  return start(args, options).ended;
}

/** Runs a command that gives JSON. Any exit code will do, as long as there is JSON. */
export async function cosweepJson<T>(args: string[], options: StartOptions): Promise<T> {
  return toJson(args, await cosweep(['--json', ...args], options));
}

/**
 * What a command that only reads gives, in this process: most of what a process of its own does is starting, and the
 * tests ask often.
 */
export async function cosweepHere<T>(args: string[], { db }: InDatabase): Promise<T> {
  return toJson(args, await inProcess(['--db', db, '--json', ...args], dirname(db)));
}

/** Waits until every process that a program started has ended; hangs, and so fails the test, where one stays behind. */
export async function untilNoneIsLeft(program: Cosweep): Promise<void> {
  while (program.children().length > 0) await sleep(50);
}

function placeOf(place: InDatabase | InFolder): { cwd: string; global: string[] } {
  return 'db' in place ? { cwd: dirname(place.db), global: ['--db', place.db] } : { cwd: place.cwd, global: [] };
}

function toJson<T>(args: string[], { stdout, stderr }: Ended): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`cosweep ${args.join(' ')} gave no JSON:\n${stdout}\n${stderr}`);
  }
}

function collect(child: ChildProcess): { text: { stdout: string; stderr: string }; ended: Promise<Ended> } {
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (piece: string) => (text[name] += piece));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
  return { text, ended };
}

function processes(): { pid: number; group: number }[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state!.startsWith('Z'))
    .map(([pid, group]) => ({ pid: Number(pid), group: Number(group) }));
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nothing of it is left
  }
}
