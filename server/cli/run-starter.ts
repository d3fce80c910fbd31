import { patiently } from '../runner/patiently.ts';
import { parseSweepId } from '../store/database/ids.ts';
import type { Storage } from '../store/database/storage.ts';
import { isQueued } from '../store/sweeps/queue.ts';
import { recordEarlyExit } from '../store/sweeps/record-early-exit.ts';
import type { SpawnedRun } from './spawn-run.ts';

/** In milliseconds: so long it is tried to write down that a process has ended, into a database that is locked. */
const RECORDS_WITHIN = 600_000;

const never = new AbortController().signal;

interface Options {
  storage: Storage;
  /** Starts a process for a queued sweep. */
  spawn: (sweepId: string) => Promise<SpawnedRun>;
  say: (text: string) => void;
}

/**
 * Has queued sweeps trained by processes of their own, one at a time: a process that trains goes on with the whole
 * queue, and one that waits for another to end does so for the whole queue too. When the process ends and sweeps that
 * were asked for are queued still, the next one is started. A sweep whose own process ends without beginning it is
 * interrupted, with what that process said.
 */
export class RunStarter {
  readonly #options: Options;
  /** Asked for, and no process was started for them. */
  #asked: string[] = [];
  #atWork = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param sweepId of a queued sweep */
  async start(sweepId: string): Promise<void> {
    if (!this.#atWork) return this.#spawn(sweepId);
    if (!this.#asked.includes(sweepId)) this.#asked.push(sweepId);
    this.#options.say(`${sweepId}: queued, for the process that is at work`);
  }

  async #spawn(sweepId: string): Promise<void> {
    const { spawn, say } = this.#options;
    this.#atWork = true;
    try {
      const { log, ended } = await spawn(sweepId);
      say(`${sweepId}: training in a process of its own, log in ${log}`);
      void ended.then(({ how, said }) => this.#next(sweepId, `Its process ended early (${how})${said && `: ${said}`}`));
    } catch (error) {
      this.#atWork = false;
      await this.#record(sweepId, `Its process could not be started: ${(error as Error).message}`);
      throw error;
    }
  }

  /** The process for a sweep has ended. */
  async #next(sweepId: string, reason: string): Promise<void> {
    const askedAgain = this.#asked.includes(sweepId);
    if (!askedAgain) await this.#record(sweepId, reason);
    this.#atWork = false;
    const { storage, say } = this.#options;
    const stillQueued = (): string[] => this.#asked.filter((each) => isQueued(storage, parseSweepId(each)!));
    try {
      this.#asked = await patiently({ storage, giveUp: never }, stillQueued, RECORDS_WITHIN);
    } catch (error) {
      return say(`Cannot go on with the queue: ${(error as Error).message}`);
    }
    // A process that cannot be started leaves its own sweep; the others have their turn.
    while (!this.#atWork && this.#asked.length > 0)
      await this.#spawn(this.#asked.shift()!).catch((error: Error) => say(`Cannot go on: ${error.message}`));
  }

  async #record(sweepId: string, reason: string): Promise<void> {
    const { storage, say } = this.#options;
    try {
      const record = (): void => recordEarlyExit(storage, parseSweepId(sweepId)!, reason);
      await patiently({ storage, giveUp: never }, record, RECORDS_WITHIN);
    } catch (error) {
      say(`${sweepId}: ${reason} (and that could not be stored: ${(error as Error).message})`);
    }
  }
}
