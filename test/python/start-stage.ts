import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { pythonEnvironment } from '../helpers/python.ts';

/** What a program has appended to `out.jsonl`. */
export type Line = Record<string, unknown>;

/** A folder that is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-python-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A stage's folder with its order; `change` replaces any of it. */
export function makeStage(change: object = {}): string {
  const folder = newFolder();
  const order = {
    cosweep: 1,
    seed: 3,
    from: 0,
    to: 10,
    batches: 20,
    evalEvery: 5,
    saveEverySeconds: 1000,
    start: null,
    parameters: { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null },
    loss: {},
    training: {},
    ...change,
  };
  writeFileSync(join(folder, 'order.json'), JSON.stringify(order));
  return folder;
}

/** The lines that count: those whose end is there. */
export function linesOf(folder: string): Line[] {
  const file = join(folder, 'out.jsonl');
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  // Python's words for what is not finite; none of them is in a text here.
  return whole.map((line) => JSON.parse(line.replaceAll(/\b(NaN|Infinity)\b/g, '"$1"')) as Line);
}

export interface Program {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Waits until a condition holds; fails where the program ends before. */
  until(holds: () => boolean): Promise<void>;
}

/** Starts a program of test/python/programs. Whatever is left of it after the test is killed. */
export function startProgram(
  python: string,
  name: string,
  { args = [], stdin = 'ignore', ...environment }: StartOptions = {},
): Program {
  const file = fileURLToPath(new URL(`programs/${name}.py`, import.meta.url));
  const child = spawn(python, [file, ...args], {
    env: pythonEnvironment(environment as Record<string, string>),
    stdio: [stdin, 'pipe', 'pipe'],
    cwd: tmpdir(),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]!.setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  let over = false;
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true;
    return { code, signal } as { code: number | null; signal: NodeJS.Signals | null };
  });
  return {
    process: child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ended,
    until: async (holds) => {
      while (!holds()) {
        if (over) throw new Error(`${name} ended early; it said:\n${said.stdout}${said.stderr}`);
        await sleep(10);
      }
    },
  };
}

type StartOptions = { args?: string[]; stdin?: 'ignore' | 'pipe' } & Partial<
  Record<'COSWEEP_DIR' | 'RANK' | 'WORLD_SIZE' | 'SLURM_PROCID', string>
>;

/** A stage that continues from a checkpoint of another one. */
export function makeFork(from: string, batch: number, change: object = {}): string {
  const folder = makeStage({ from: batch, to: 20, start: { batch }, ...change });
  mkdirSync(join(folder, 'start'));
  const state = join('save', String(batch), 'state.json');
  appendFileSync(join(folder, 'start', 'state.json'), readFileSync(join(from, state)));
  return folder;
}
