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
import { fromPlain } from '../messages/typed-json.ts';
import { LargeSegment, Segment, type RemoteOrder, type ToHead, type ToWorker } from '../messages/bodies.ts';
import type { HeadBlobs } from './head-blobs.ts';
import type { Member } from './member.ts';

/** Sends something to the member, under a grant. */
export type Tell = (body: ToWorker, grant: string | null) => void;

interface Training {
  order: StageOrder;
  packed: BlobRef;
  told: StageCallbacks;
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
  readonly #blobs: Pick<HeadBlobs, 'offer' | 'arrived' | 'read'>;
  #training: Training | null = null;
  /** Everything before this batch has come; it is known to the end, for what is sent once more. */
  #at = 0;
  #lost: string | null = null;
  /** It has trained its stage, and takes no other. */
  #isDone = false;

  constructor(member: Member, ticket: string, tell: Tell, blobs: Pick<HeadBlobs, 'offer' | 'arrived' | 'read'>) {
    this.member = member;
    this.opened = Promise.resolve(member.machine!);
    this.#ticket = ticket;
    this.#tell = tell;
    this.#blobs = blobs;
  }

  get dead(): boolean {
    return this.#lost !== null || this.#isDone;
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
    if (!('settings' in order) || !('dataset' in order)) throw new Error('Found an order for a program');
    const { packed, release } = await this.#blobs.offer(order);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#at = order.from;
        this.#training = { order, packed, told, resolve, reject };
        this.repeat();
      });
      if (order.start) this.member.holds.add(order.start.hash);
    } finally {
      this.#training = null;
      this.#isDone = true;
      release();
    }
  }

  /** What the ticket stands for, once more: the order may have been lost on its way. */
  repeat(): void {
    if (this.#training)
      this.#tell({ kind: 'train', ticket: this.#ticket, order: toRemote(this.#training) }, this.grant);
  }

  /** Something came under the grant. @returns false where it is out of place, and was dropped */
  async take(body: ToHead): Promise<boolean> {
    const training = this.#training;
    if (training === null) return this.#isDone && body.kind === 'segment' && this.#confirm(this.#at);
    if (body.kind === 'loaded') training.told.onLoaded(body.loaded);
    else if (body.kind === 'progress') training.told.onProgress(Math.min(body.batch, training.order.to));
    else if (body.kind === 'segment') return this.#takeSegment(training, body.segment);
    else if (body.kind === 'failed') this.#fail(training, body);
    else return false;
    return true;
  }

  /** Its machine is gone, or somebody else has its ticket. */
  lose(why: string): void {
    this.#lost ??= why;
    this.#training?.reject(new WorkerLost(`The worker on ${this.member.host} is lost (${why})`));
  }

  stop(): void {
    if (this.#training) this.#tell({ kind: 'stop' }, this.grant);
  }

  kill(): void {
    if (this.#training) this.#tell({ kind: 'drop' }, this.grant);
    this.lose('it was told to end');
  }

  async end(): Promise<void> {}

  async #takeSegment(training: Training, packed: unknown): Promise<boolean> {
    const data = await this.#unpack(packed);
    if (data === null) return false;
    // It was sent again before the answer came.
    if (data.to <= this.#at && data.from < this.#at) return this.#confirm(data.to);
    if (data.from !== this.#at || data.to < data.from || data.to > training.order.to) return false;
    const checkpoint = data.checkpoint && (await this.#blobs.arrived(data.checkpoint));
    if (data.checkpoint !== null && checkpoint === null) return false;
    if (checkpoint) this.member.holds.add(checkpoint.hash);
    this.#at = data.to;
    const stored = training.told.onSegment({ ...data, checkpoint } as SegmentReport);
    void Promise.resolve(stored).then(
      () => this.#confirm(data.to),
      () => {}, // what cannot be stored ends the sweep
    );
    if (data.result !== null) training.resolve();
    return true;
  }

  async #unpack(packed: unknown): Promise<Segment | null> {
    const large = LargeSegment.safeParse(packed);
    const plain = large.success ? await this.#blobs.read(large.data.blob) : packed;
    const { success, data } = Segment.safeParse(fromPlain(plain));
    return success ? data : null;
  }

  #confirm(to: number): true {
    this.#tell({ kind: 'committed', to }, this.grant);
    return true;
  }

  #fail({ reject }: Training, { message, lost }: Extract<ToHead, { kind: 'failed' }>): void {
    const { host } = this.member;
    if (lost) reject(new WorkerLost(`The worker on ${host} gave its stage back: ${message}`));
    else reject(new WorkerError(`On ${host}: ${message}`));
  }
}

function toRemote({ packed, order: { start, checkpoints: _, ...order } }: Training): RemoteOrder {
  return { ...order, packed, start: start && { batch: start.batch, hash: start.hash, size: start.size } };
}
