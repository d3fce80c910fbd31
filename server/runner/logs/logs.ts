import { stageName } from '../../store/database/ids.ts';
import { claimLogFolder, logFolderOf, stageLogName, workerLogName } from '../../store/database/log-folder.ts';
import type { Storage } from '../../store/database/storage.ts';
import { fileReason } from '../../sweep/file-error.ts';
import { Journal } from './journal.ts';
import { LogFile } from './log-file.ts';
import { StageLog, type Attempt } from './stage-log.ts';
import { WorkerLog } from './worker-log.ts';

/** In milliseconds: so long a process that ends waits for a disk that does not answer. */
const PATIENCE = 1000;

const NOWHERE = { write() {}, end: async () => {} };

/**
 * The logs of the process that trains. A folder or a disk that does not take them is told once, and training goes on
 * without.
 */
export class Logs {
  readonly #folder: string;
  /** By stage: how often it was trained. Null where no logs are written. */
  readonly #attempts: Map<number, number> | null;
  readonly #warn: (message: string) => void;
  #hasWarned = false;
  readonly #workers = new Map<number, WorkerLog>();
  readonly #open = new Set<LogFile>();

  /**
   * Under the lease.
   *
   * @param warn gets at most one sentence
   */
  static open(storage: Storage, warn: (message: string) => void): Logs {
    try {
      return new Logs(logFolderOf(storage), claimLogFolder(storage), warn);
    } catch (error) {
      warn(`${(error as Error).message}; this training goes on without them`);
      return new Logs('', null, warn);
    }
  }

  /** Where nobody logs. */
  static none(): Logs {
    return new Logs('', null, () => {});
  }

  private constructor(folder: string, attempts: Map<number, number> | null, warn: (message: string) => void) {
    this.#folder = folder;
    this.#attempts = attempts;
    this.#warn = warn;
  }

  /** @param seat counted from 0 */
  worker(seat: number): WorkerLog {
    let log = this.#workers.get(seat);
    if (!log) this.#workers.set(seat, (log = new WorkerLog(this.#journal(workerLogName(seat), true))));
    return log;
  }

  /** @param metric name of the one that the sweep decides by */
  attempt(attempt: Attempt, metric: string): StageLog {
    const { stageId, worker, from, to } = attempt;
    const number = (this.#attempts?.get(stageId) ?? 0) + 1;
    this.#attempts?.set(stageId, number);
    this.worker(worker).took(`stage ${stageName(stageId)}, attempt ${number}, batches [${from}, ${to})`);
    // A log that is not there is counted as none: those of a stage have their numbers without a gap.
    const uncount = (): void => void this.#attempts?.set(stageId, number - 1);
    return new StageLog(this.#journal(stageLogName(stageId, number), false, uncount), metric, attempt);
  }

  /** What was logged is written, or cannot be. */
  async close(): Promise<void> {
    const ends = [...this.#open].map((file) => file.end());
    const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref());
    await Promise.race([Promise.all(ends), late]);
  }

  #journal(name: string, continues: boolean, isNotThere = (): void => {}): Journal {
    if (this.#attempts === null) return new Journal(NOWHERE);
    const file: LogFile = new LogFile(
      { folder: this.#folder, name, continues },
      {
        failed: (error, isEmpty) => {
          if (isEmpty) isNotThere();
          this.#warnOnce(`Cannot write log ${name} in ${this.#folder}: ${fileReason(error)}`);
        },
        ended: () => void this.#open.delete(file),
      },
    );
    this.#open.add(file);
    return new Journal(file);
  }

  #warnOnce(message: string): void {
    if (!this.#hasWarned) this.#warn(`${message}; training goes on without it`);
    this.#hasWarned = true;
  }
}
