import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { start, type Cosweep } from '../helpers/cosweep.ts';
import { runArgs, temporaryFolder, writeStudy, type Study } from '../runner/study.ts';

/** A head and its workers, as several machines would have them: processes that share nothing but a broker. */
export interface Several {
  db: string;
  join: string;
  file: string;
  head: Cosweep;
  /** Starts the head anew, where the one before has ended. */
  startHead(...args: string[]): Cosweep;
  startWorker(...args: string[]): Cosweep;
  /** @param env further variables of its environment */
  startWorkerWith(env: Record<string, string>, ...args: string[]): Cosweep;
}

export function several(study: Study, folder = temporaryFolder()): Several {
  return severalFor(writeStudy(folder, study), runArgs);
}

/** @param run the arguments that train a definition */
export function severalFor(file: string, run: (file: string, ...more: string[]) => string[]): Several {
  const folder = dirname(file);
  const db = join(folder, 'study.db');
  const joinFile = join(folder, 'join.json');
  const startHead = (...args: string[]): Cosweep =>
    (all.head = start(run(file, '--listen', '--join', joinFile, '--elsewhere', ...args), { db }));
  const startWorkerWith = (env: Record<string, string>, ...args: string[]): Cosweep =>
    // In a folder of its own, which has nothing of the head's.
    start(['worker', '--join', joinFile, '--engine', 'wasm', '--slots', '1', ...args], { cwd: temporaryFolder(), env });
  const all: Several = {
    db,
    join: joinFile,
    file,
    head: null as never,
    startHead,
    startWorker: (...args) => startWorkerWith({}, ...args),
    startWorkerWith,
  };
  return all;
}

/** Process id of the broker that the head has started. */
export function brokerOf({ db }: Several): number {
  return Number(readFileSync(`${db}.broker/server.pid`, 'utf8'));
}
