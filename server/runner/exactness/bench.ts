import type { Arm } from '../../sweep/arm.ts';
import type { ProgramTraining } from '../../sweep/settings.ts';
import { nameOfTemporaries } from '../checkpoints/checkpoint-files.ts';
import { programOrder } from '../order/program-order.ts';
import type { ProgramOrder } from '../workers/messages.ts';
import { WorkerError, type Trainer } from '../workers/trainer.ts';
import { ProgramBroken } from './program-broken.ts';
import { addPoints, type Saved, type Trained } from './trained.ts';

/** What a check trains: the batches [0, to) of an arm, with its switch at `fork`. */
export interface Task {
  arm: Arm & { training: ProgramTraining };
  seed: number;
  fork: number;
  to: number;
}

/** One training of a check. */
export interface Training {
  /** In words, for messages. */
  what: string;
  to: number;
  /** The state to begin from; left out for batch 0. */
  start?: Saved;
  /** How often it is to save; left out as often as in a sweep. */
  saveEverySeconds?: number;
  /** Called with the number of checkpoints that it has made until then. */
  onProgress?: (worker: Trainer, saved: number) => void;
  /** By kill -9, with all that the program has started. */
  isKilledAtFirstSave?: boolean;
}

interface Means {
  hire: (seat: number) => Trainer;
  folder: string;
  ended: AbortSignal;
  tell: (message: string) => void;
}

/** A seat at which one training of a check follows another, until `end` is called or its signal is aborted. */
export class Bench {
  readonly #seat: number;
  readonly #task: Task;
  readonly #means: Means;
  readonly #temporaries = nameOfTemporaries();
  #worker: Trainer | null = null;
  readonly #giveUp = (): void => this.#worker?.kill();

  constructor(seat: number, task: Task, means: Means) {
    this.#seat = seat;
    this.#task = task;
    this.#means = means;
    means.ended.addEventListener('abort', this.#giveUp);
  }

  /** @throws {ProgramBroken} where it does not come to its end */
  async train(training: Training): Promise<Trained> {
    const { ended, tell } = this.#means;
    ended.throwIfAborted();
    tell(`checking the program: ${training.what}`);
    const trained: Trained = { points: new Map(), saved: [], loaded: null, result: null };
    const wasKilled = await this.#follow(training, trained);
    if (wasKilled) return trained;
    const { outcome, batch } = trained.result!;
    if (outcome === 'diverged')
      throw new ProgramBroken(
        `it diverged at batch ${batch}, so that nothing can be compared; wanted a finite train/total for the first ` +
          `${this.#task.to} batches of the arm ${this.#task.arm.name}`,
      );
    return trained;
  }

  /** @returns whether it was killed, as it was to be */
  async #follow({ what, onProgress, isKilledAtFirstSave, ...training }: Training, trained: Trained): Promise<boolean> {
    const worker = (this.#worker = this.#worker?.dead === false ? this.#worker : this.#means.hire(this.#seat));
    let isKilled = false;
    try {
      await worker.opened;
      await worker.train(this.#toOrder(training), {
        onLoaded: (loaded) => (trained.loaded = loaded),
        onProgress: () => onProgress?.(worker, trained.saved.length),
        onSegment: ({ points, checkpoint, digest = null, result }) => {
          addPoints(trained.points, points);
          if (checkpoint) trained.saved.push({ ...checkpoint, digest });
          trained.result = result;
          if (!isKilledAtFirstSave || !checkpoint || result || isKilled) return;
          isKilled = true;
          worker.kill();
        },
      });
      return false;
    } catch (error) {
      if (isKilled && error instanceof WorkerError) return true;
      if (error instanceof WorkerError) throw new ProgramBroken(`it failed to train ${what}: ${error.message}`);
      throw error;
    }
  }

  #toOrder({ to, start, saveEverySeconds }: Omit<Training, 'what'>): ProgramOrder {
    const { arm, seed } = this.#task;
    return {
      ...programOrder(arm, { stageId: 0, to }, seed),
      stage: 'check',
      seed,
      from: start?.batch ?? 0,
      to,
      start: start ?? null,
      checkpoints: { folder: this.#means.folder, name: this.#temporaries, bytesUpTo: 0 },
      ...(saveEverySeconds === undefined ? {} : { saveEverySeconds }),
    };
  }

  async end(): Promise<void> {
    this.#means.ended.removeEventListener('abort', this.#giveUp);
    await this.#worker?.end();
  }
}
