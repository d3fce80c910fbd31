import { endLines } from '../../store/database/log-lines.ts';
import type { Machine } from '../../store/training/run-state.ts';
import type { Journal, Listener } from './journal.ts';

/** Gets what happens to the worker process of a seat. */
export interface WorkerListener {
  started(pid: number | null, engine: string): void;
  opened(machine: Machine): void;
  /** What it writes while it has no stage. */
  quote: Listener;
  ended(how: string): void;
}

/** Where nobody logs. */
export const NO_LISTENER: WorkerListener = { started() {}, opened() {}, quote() {}, ended() {} };

/** The log of a worker's seat, whichever processes sit there one after the other. */
export class WorkerLog implements WorkerListener {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get quote(): Listener {
    return this.#journal.quote;
  }

  started(pid: number | null, engine: string): void {
    this.#journal.tell([`begin: process ${pid ?? 'unknown'}, engine ${engine}`]);
  }

  opened({ device, versions }: Machine): void {
    const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    this.#journal.tell([[`open on ${device}`, ...named].join(', ')]);
  }

  /** @param stage such as `stage g7, attempt 1` */
  took(stage: string): void {
    this.#journal.tell([`takes ${stage}`]);
  }

  ended(how: string): void {
    this.#journal.tell(endLines(how));
  }
}
