import { randomBytes } from 'node:crypto';
import type { ProgramOrder, SegmentReport, StageOrder } from '../../runner/workers/messages.ts';
import {
  WorkerError,
  WorkerLost,
  type Machine,
  type StageCallbacks,
  type Trainer,
} from '../../runner/workers/trainer.ts';
import type { BlobRef } from '../blobs/blob-store.ts';
import { parseSegment, type Segment, type RemoteOrder, type ToHead, type ToWorker } from '../messages/bodies.ts';
import type { HeadBlobs } from './head-blobs.ts';
import type { Member } from './member.ts';

/** Sends something to the member, under a grant. */
export type Tell = (body: ToWorker, grant: string | null) => void;

interface Training {
  order: StageOrder | ProgramOrder;
  /** The data set, for whoever does not have it; null: a program has its own. */
  packed: BlobRef | null;
  told: StageCallbacks;
  isLoaded: boolean;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Whoever has claimed a ticket: trains one stage on another machine. The grant is the fence: it is drawn here, when the
 * stage is ordered, and nothing counts that comes under another one.
 */
export class RemoteTrainer implements Trainer {
  readonly opened: Promise<Machine>;
  readonly member: Member;
  readonly pid = null;
  /** 128 random bits in hex. */
  readonly grant = randomBytes(16).toString('hex');
  readonly #ticket: string;
  readonly #tell: Tell;
  readonly #blobs: Pick<HeadBlobs, 'offer' | 'arrived'>;
  #training: Training | null = null;
  #isStopping = false;
  /** Everything before this batch has come; it is known to the end, for what is sent once more. */
  #at = 0;
  /** Everything before this batch is stored. */
  #stored = 0;
  #lost: string | null = null;
  /** It has trained its stage, and takes no other. */
  #isDone = false;
  readonly #gone = new AbortController();

  constructor(member: Member, ticket: string, tell: Tell, blobs: Pick<HeadBlobs, 'offer' | 'arrived'>) {
    this.member = member;
    this.opened = Promise.resolve(member.machine!);
    this.#ticket = ticket;
    this.#tell = tell;
    this.#blobs = blobs;
  }

  get dead(): boolean {
    return this.#lost !== null || this.#isDone;
  }

  /** Aborted: it takes no stage any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** The stage that it trains now; null where it trains none. */
  get stageId(): number | null {
    return this.#training?.order.stageId ?? null;
  }

  sign(): Promise<never> {
    return Promise.reject(new Error('Found somebody who has a ticket: its bits are known'));
  }

  holds(hash: string): boolean {
    return this.member.holds.has(hash);
  }

  async train(order: StageOrder | ProgramOrder, told: StageCallbacks): Promise<void> {
    if (this.#lost !== null) throw new WorkerLost(this.#lost);
    try {
      const { packed, release } = await this.#blobs.offer(order);
      await this.#untilTrained({ order, packed, told }).finally(release);
      if (order.start) this.member.holds.add(order.start.hash);
    } finally {
      this.#finish(null);
    }
  }

  /** Its stage is stored to the end, and nothing more will come of it. */
  get isSettled(): boolean {
    return this.isLost || (this.#isDone && this.#stored === this.#at);
  }

  /** It was asked to stop, and trains on: that may have been lost on its way. */
  insist(): void {
    if (this.#isStopping && this.#training) this.#tell({ kind: 'stop' }, this.grant);
  }

  /** The member asks what its ticket stands for, which it may have been told already. */
  answer(): void {
    if (this.#training) this.repeat();
    else this.#tell({ kind: 'wait', ticket: this.#ticket }, null);
  }

  /** What the ticket stands for, once more: the order may have been lost on its way. */
  repeat(): void {
    if (this.#training)
      this.#tell({ kind: 'train', ticket: this.#ticket, order: toRemote(this.#training) }, this.grant);
  }

  /** Something came under the grant. @returns false where it is out of place, and was dropped */
  async take(body: ToHead): Promise<boolean> {
    const training = this.#training;
    if (training === null) return this.#isDone && body.kind === 'segment' && this.#confirm();
    try {
      return await this.#takeFor(training, body);
    } catch (error) {
      this.#finish(error as Error); // what went wrong here would go wrong with any worker
      return true;
    }
  }

  /**
   * What came under the grant is not as it should be, and would be the same if it was sent again: the stage has failed.
   *
   * @param what its worker did
   * @returns false: it was dropped
   */
  refuse(what: string): false {
    if (this.#training === null) return false;
    this.#tell({ kind: 'drop' }, this.grant);
    this.#fail({ message: `its worker ${what}`, lost: false });
    return false;
  }

  /** Its machine is gone, or somebody else has its ticket. */
  lose(why: string): void {
    this.#lost ??= why;
    this.#finish(new WorkerLost(`The worker on ${this.member.host} is lost (${why})`));
  }

  stop(): void {
    this.#isStopping = true;
    if (this.#training) this.#tell({ kind: 'stop' }, this.grant);
  }

  kill(): void {
    if (this.#training) this.#tell({ kind: 'drop' }, this.grant);
    this.lose('it was told to end');
  }

  async end(): Promise<void> {}

  async #untilTrained(ordered: Pick<Training, 'order' | 'packed' | 'told'>): Promise<void> {
    if (this.#lost !== null) throw new WorkerLost(this.#lost);
    if (this.#isStopping) throw new WorkerLost('it was stopped before it began');
    await new Promise<void>((resolve, reject) => {
      this.#at = this.#stored = ordered.order.from;
      this.#training = { ...ordered, isLoaded: false, resolve, reject };
      this.repeat();
    });
  }

  async #takeFor(training: Training, body: ToHead): Promise<boolean> {
    const { told, order } = training;
    if (body.kind === 'loaded') {
      if (!training.isLoaded) told.onLoaded(body.loaded);
      training.isLoaded = true;
    } else if (body.kind === 'progress') {
      if (training.isLoaded) told.onProgress(Math.min(body.batch, order.to));
    } else if (body.kind === 'output') {
      for (const { stream, text } of body.pieces) told.onOutput?.(stream, text);
    } else if (body.kind === 'segment') return this.#takeSegment(training, body.segment);
    else if (body.kind === 'failed') this.#fail(body);
    else return false;
    return true;
  }

  async #takeSegment(training: Training, plain: unknown): Promise<boolean> {
    const { order, told, isLoaded } = training;
    const data = parseSegment(plain);
    if (typeof data === 'string') return this.refuse(`sent a segment that is none (${data})`);
    // It was sent again before the answer came.
    if (data.to <= this.#at && data.from < this.#at) return this.#confirm();
    if (!fits(data, this.#at, order.to)) return this.refuse(describe(data, this.#at, order.to));
    // What comes before it was lost on its way, and is sent again.
    if (!isLoaded || data.from > this.#at) return false;
    const checkpoint = data.checkpoint && (await this.#blobs.arrived(data.checkpoint));
    if (this.#training !== training || (data.checkpoint !== null && checkpoint === null)) return false;
    if (checkpoint) this.member.holds.add(checkpoint.hash);
    this.#at = data.to;
    const stored = told.onSegment({ ...data, checkpoint } as SegmentReport);
    void Promise.resolve(stored).then(
      () => {
        this.#stored = data.to;
        this.#confirm();
      },
      () => {}, // what cannot be stored ends the sweep
    );
    if (data.result !== null) this.#finish(null);
    return true;
  }

  #confirm(): true {
    this.#tell({ kind: 'committed', to: this.#stored }, this.grant);
    return true;
  }

  #fail({ message, lost }: Pick<Extract<ToHead, { kind: 'failed' }>, 'message' | 'lost'>): void {
    const { host, holds } = this.member;
    // Whatever went wrong, the next attempt begins from what is stored.
    holds.clear();
    if (lost) this.#finish(new WorkerLost(`The worker on ${host} gave its stage back: ${message}`));
    else this.#finish(new WorkerError(`On ${host}: ${message}`));
  }

  /** From now on nothing is told of the stage. */
  #finish(error: Error | null): void {
    const training = this.#training;
    this.#training = null;
    this.#isDone ||= training !== null || error === null;
    this.#gone.abort();
    if (error === null) training?.resolve();
    else training?.reject(error);
  }
}

/** Whether a segment can follow what has come, at once or when more has. */
function fits({ from, to, result }: Segment, at: number, end: number): boolean {
  return from >= at && to >= from && to <= end && (result?.outcome !== 'complete' || to === end);
}

function describe({ from, to }: Segment, at: number, end: number): string {
  return `sent the batches [${from}, ${to}), where those from ${at} to ${end} are wanted`;
}

function toRemote({ packed, order: { start, checkpoints: _, ...order } }: Training): RemoteOrder {
  const from = start && { batch: start.batch, hash: start.hash, size: start.size };
  return { ...order, ...(packed && { packed }), start: from } as RemoteOrder;
}
