import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { engineEnvironment } from '../../server/training/engines/engine-environment.ts';
import { projectFolder } from '../../server/training/project-folder.ts';
import type { MainThread } from '../../server/training/reference-step.ts';

/** What takes part in a comparison: a program that trains the reference step when it is told to. */
export interface Contender {
  name: string;
  program: string;
  argumentList: string[];
  /** By default this process's own. */
  environment?: NodeJS.ProcessEnv;
  /** Whether it answers the line `MAIN_THREAD`. */
  tellsMainThread?: boolean;
}

/** An engine of ours. The build puts its program beside the benches, whatever file this code is in. */
export function engine(name: string, network: string, batchSize: string): Contender {
  return {
    name,
    program: process.execPath,
    argumentList: [join(projectFolder(), 'dist', 'bench', 'engines', 'engine-step.js'), name, network, batchSize],
    environment: engineEnvironment(),
    tellsMainThread: true,
  };
}

/** A script of `bench/engines`; `PYTHON` names another Python. */
export function python(name: string, script: string, ...args: string[]): Contender {
  return {
    name,
    program: process.env['PYTHON'] ?? 'python3',
    argumentList: [join(projectFolder(), 'bench', 'engines', script), ...args],
  };
}

/**
 * The line that asks a contender how long a batch keeps JavaScript busy. The answer is a `MainThread`, or null where a
 * batch has no dispatches.
 */
export const MAIN_THREAD = 'main thread';

/**
 * A contender's process. It prints `ready` and its versions as JSON once it has warmed up; then it answers every line N
 * on its standard input with the times of N batches in milliseconds, a JSON list on one line.
 */
export class RunningContender {
  readonly name: string;
  readonly #tellsMainThread: boolean;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor({ name, program, argumentList, environment, tellsMainThread = false }: Contender) {
    this.name = name;
    this.#tellsMainThread = tellsMainThread;
    this.#child = spawn(program, argumentList, {
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(environment ? { env: environment } : {}),
    });
    this.#child.on('error', () => {}); // then standard output ends, which is noticed below
    this.#child.stdin!.on('error', () => {}); // and so where it has died
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Versions of its libraries; null where it does not work here. */
  async ready(): Promise<Record<string, string> | null> {
    const line = await this.#nextLine();
    return line?.startsWith('ready ') ? (JSON.parse(line.slice('ready '.length)) as Record<string, string>) : null;
  }

  async train(batches: number): Promise<number[]> {
    this.#child.stdin!.write(`${batches}\n`);
    const line = await this.#nextLine();
    if (line === null)
      throw new Error(`Cannot time ${this.name}: its process ended. Wanted: the times of ${batches} batches.`);
    return JSON.parse(line) as number[];
  }

  async mainThread(): Promise<MainThread | null> {
    if (!this.#tellsMainThread) return null;
    this.#child.stdin!.write(`${MAIN_THREAD}\n`);
    return JSON.parse((await this.#nextLine()) ?? 'null') as MainThread | null;
  }

  close(): void {
    this.#child.stdin!.end();
  }

  async #nextLine(): Promise<string | null> {
    const { value, done } = await this.#lines.next();
    return done ? null : value;
  }
}
