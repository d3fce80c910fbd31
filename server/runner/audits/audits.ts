import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stageName } from '../../store/database/ids.ts';
import { checkpointFileOf, type CheckpointRef } from '../../store/reading/read-checkpoints.ts';
import { stageKey } from '../../store/reading/stage-key.ts';
import { noteAudit } from '../../store/training/note-audit.ts';
import type { SentCheckpoint } from '../checkpoints/sent-checkpoint.ts';
import type { StageJob } from '../order/stage-queue.ts';
import { patiently } from '../patiently.ts';
import type { SweepWork } from '../sweep-work.ts';
import type { ProgramOrder, SegmentReport, StageOrder } from '../workers/messages.ts';
import type { BitClass, Whose } from '../workers/seat.ts';
import { WorkerError, type Trainer } from '../workers/trainer.ts';
import type { Audit, Auditing, AuditResult, Witness } from './auditing.ts';
import { isChosen, rankOf } from './chosen.ts';
import { differenceInWords, Given } from './compare-trainings.ts';

/** In milliseconds: how often it is looked who is there, once nothing else is left to train. */
const LOOK = 200;

/** Trained again so often, a stage that failed each time is left alone. */
const MOST_TRIES = 3;

const STOPPED = 'it was told to stop';

type Work = Pick<SweepWork, 'storage' | 'lease' | 'sweepId' | 'seating' | 'tell' | 'stopping' | 'killing'>;

/** A stage that was trained in one piece, and what came of it. */
interface Trained {
  key: string;
  stage: string;
  bits: BitClass;
  whose: Whose;
  order: StageOrder;
  given: Given;
}

/**
 * Has 1 stage in 50 trained again by another machine of the same bits, and at least one of each class of bits. That is
 * done when the sweep is trained: nothing waits for it. What came of a stage the first time is kept until then.
 */
export class Audits implements Auditing {
  readonly #work: Work;
  readonly #over = new AbortController();
  readonly #queueOver: AbortSignal;
  readonly #chosen: Trained[] = [];
  /** By class: the one that is trained again where none is chosen. */
  readonly #first = new Map<string, Trained>();
  #open: StageAudit[] = [];
  #atWork = 0;
  #waiting: (() => void)[] = [];
  #audited = 0;
  readonly #different: string[] = [];

  /** @param queueOver aborted: no other stage will be trained for the first time */
  constructor(work: Work, queueOver: AbortSignal) {
    this.#work = work;
    this.#queueOver = queueOver;
    if (queueOver.aborted) this.#over.abort();
    else queueOver.addEventListener('abort', () => this.#begin(), { once: true });
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  watch(job: StageJob, order: StageOrder | ProgramOrder, bits: BitClass, whose: Whose | null): Witness {
    const { stage, restores } = job;
    // What was continued may be of two machines, and a user's program is checked otherwise.
    if (restores || order.from !== stage.from || whose === null || !('dataset' in order)) return () => {};
    const key = stageKey(this.#work.storage, stage.stageId);
    if (!isChosen(key) && !this.#isFirst(key, bits)) return () => {};
    const given = new Given();
    return (segment) => {
      given.add(segment);
      if (!isAtItsEnd(given)) return;
      this.#keep({ key, stage: stageName(stage.stageId), bits, whose, order: withoutContent(order), given });
    };
  }

  async next(bits: BitClass, whose: Whose | null, ended: AbortSignal): Promise<Audit | null> {
    const wake = (): void => this.#wake();
    ended.addEventListener('abort', wake);
    try {
      for (;;) {
        if (ended.aborted || this.over.aborted) return null;
        const audit = whose && this.#open.find((each) => this.#isFor(each, bits, whose));
        if (audit) return this.#take(audit, whose);
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      ended.removeEventListener('abort', wake);
    }
  }

  giveBack(audit: Audit, why: string): void {
    this.#atWork--;
    const own = audit as StageAudit;
    if (own.tries < MOST_TRIES) this.#open.push(own);
    else this.#log(`Stage ${own.stage} could not be audited: ${why}`);
    this.#look();
  }

  result(): AuditResult {
    // What a stopped sweep has not come to is not known to have nobody.
    const left = this.over.aborted ? this.#open.map(({ trained }) => trained.bits.name) : [];
    return { audited: this.#audited, different: this.#different, left };
  }

  #isFirst(key: string, { name }: BitClass): boolean {
    const first = this.#first.get(name);
    return first === undefined || rankOf(key) < rankOf(first.key);
  }

  #keep(trained: Trained): void {
    if (isChosen(trained.key)) this.#chosen.push(trained);
    if (this.#isFirst(trained.key, trained.bits)) this.#first.set(trained.bits.name, trained);
  }

  /** All is trained. */
  #begin(): void {
    const all = new Set([...this.#chosen, ...this.#first.values()]);
    const withChosen = new Set(this.#chosen.map(({ bits }) => bits.name));
    const wanted = [...all].filter(({ key, bits }) => isChosen(key) || !withChosen.has(bits.name));
    this.#open = wanted.map((trained) => new StageAudit(trained, this.#work, (found) => this.#end(found)));
    this.#look();
    void this.#keepLooking();
  }

  /** Machines come and go. */
  async #keepLooking(): Promise<void> {
    const { stopping, killing } = this.#work;
    const signal = AbortSignal.any([this.over, stopping, killing]);
    while (!signal.aborted) {
      await sleep(LOOK, undefined, { signal }).catch(() => {});
      this.#look();
    }
  }

  #take(audit: StageAudit, { name }: Whose): Audit {
    this.#log(`Stage ${audit.stage} is trained again on ${name}, to compare`);
    this.#open = this.#open.filter((each) => each !== audit);
    this.#atWork++;
    audit.tries++;
    return audit;
  }

  /** A difference is noted at once: whatever may go wrong afterwards, the tables of the sweep say it. */
  async #end(difference: string | null): Promise<void> {
    this.#audited++;
    if (difference !== null) {
      const { storage, lease, sweepId, killing } = this.#work;
      this.#different.push(difference);
      this.#log(`THE AUDIT FOUND A DIFFERENCE: ${difference}`);
      await patiently({ storage, giveUp: killing }, () => noteAudit(storage, lease, sweepId, difference));
    }
    this.#atWork--;
    this.#look();
  }

  /** Somebody on the machine that trained it would show nothing; another host shows most. */
  #isFor({ trained }: StageAudit, bits: BitClass, { id, host }: Whose): boolean {
    if (bits.name !== trained.bits.name || id === trained.whose.id) return false;
    if (host !== trained.whose.host) return true;
    return this.#work.seating.present(bits).every((each) => each.host === trained.whose.host);
  }

  #look(): void {
    const isPossible = this.#open.some(({ trained: { bits, whose } }) =>
      this.#work.seating.present(bits).some(({ id }) => id !== whose.id),
    );
    if (this.#queueOver.aborted && this.#atWork === 0 && !isPossible) this.#over.abort();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #log(message: string): void {
    this.#work.tell({ kind: 'log', message });
  }
}

class StageAudit implements Audit {
  readonly trained: Trained;
  readonly stage: string;
  tries = 0;
  readonly #work: Work;
  readonly #end: (difference: string | null) => Promise<void>;

  constructor(trained: Trained, work: Work, end: (difference: string | null) => Promise<void>) {
    this.trained = trained;
    this.stage = trained.stage;
    this.#work = work;
    this.#end = end;
  }

  async train(trainer: Trainer, { name }: Whose, stopping: AbortSignal): Promise<void> {
    if (stopping.aborted) throw new WorkerError(STOPPED); // while its engine was opened
    const { order, given, whose, bits } = this.trained;
    const again = new Given();
    const stop = (): void => trainer.stop();
    stopping.addEventListener('abort', stop);
    try {
      await trainer.train(
        { ...order, start: order.start && this.#contentOf(order.start) },
        {
          onLoaded: () => {},
          onProgress: () => {},
          onSegment: (segment: SegmentReport) => {
            again.add(segment);
            return segment.checkpoint ? this.#discard(segment.checkpoint) : undefined;
          },
        },
      );
    } finally {
      stopping.removeEventListener('abort', stop);
    }
    if (!isAtItsEnd(again)) throw new WorkerError(STOPPED);
    const difference = differenceInWords(given, again, [whose.name, name]);
    const what = `stage ${this.stage} [${order.from}, ${order.to}), of class ${bits.name}`;
    await this.#end(difference && `${what}: ${difference}`);
  }

  #contentOf({ batch, hash, size }: CheckpointRef): SentCheckpoint {
    const file = checkpointFileOf(this.#work.storage, hash);
    if (file === null) throw new WorkerError('the checkpoint that it began from is not kept any more');
    return { batch, hash, size, content: { file } };
  }

  /** Nothing of it is stored. What came of it has a temporary name: if need be, the next process deletes it. */
  async #discard({ content }: SentCheckpoint): Promise<void> {
    if (!('file' in content)) return;
    await rm(join(this.#work.storage.checkpointFolder, content.file), { force: true }).catch(() => {});
  }
}

/** Whether it was trained until it was complete, diverged or was split. */
function isAtItsEnd({ result }: Given): boolean {
  return result !== null && result.outcome !== 'stopped';
}

function withoutContent({ stageId: _, start, ...order }: StageOrder): StageOrder {
  return { ...order, start: start && { batch: start.batch, hash: start.hash, size: start.size, content: null } };
}
