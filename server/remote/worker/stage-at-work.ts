import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { BYTES_UP_TO, type SentCheckpoint } from '../../runner/checkpoints/sent-checkpoint.ts';
import type { ProgramOrder, SegmentReport, StageOrder, Start } from '../../runner/workers/messages.ts';
import { WorkerError, WorkerLost, type Trainer } from '../../runner/workers/trainer.ts';
import type { BlobCache } from '../blobs/blob-cache.ts';
import type { FileBringer } from '../blobs/file-bringer.ts';
import { PassingFailure } from '../blobs/http-failure.ts';
import { readBlob } from '../blobs/read-blob.ts';
import type { RemoteOrder, ToHead } from '../messages/bodies.ts';
import { TooLarge } from '../messages/large-body.ts';
import { toPlain } from '../messages/typed-json.ts';
import { Outbox, toRef } from './outbox.ts';
import { OutputSender } from './output-sender.ts';

/** In milliseconds: how often it is said how far a stage is. */
const PROGRESS_EVERY = 500;

export interface Workshop {
  trainer: Trainer;
  /** Of what the head has. */
  cache: BlobCache;
  bringer: FileBringer;
  /** Where large checkpoints are written until they are sent. */
  folder: string;
  send: (body: ToHead) => Promise<void>;
  /** In milliseconds: after which what is not confirmed is sent again. */
  sendAgain: number;
}

/** A stage that is trained here for the head, under one grant. */
export class StageAtWork {
  readonly grant: string;
  readonly #shop: Workshop;
  readonly #outbox: Outbox;
  readonly #output: OutputSender;
  #isDropped = false;
  #isStopping = false;
  #isTraining = false;
  #isOver = false;
  /** All of `train`. */
  #ended: Promise<void> = Promise.resolve();
  #told = 0;
  /** The checkpoint that it begins from may be deleted here. */
  #release: () => Promise<void> = async () => {};

  constructor(grant: string, shop: Workshop) {
    this.grant = grant;
    this.#shop = shop;
    this.#output = new OutputSender(shop.send);
    this.#outbox = new Outbox(shop.sendAgain, (error) => {
      this.drop();
      // What is too large to be sent once is so each time.
      this.#mention({ kind: 'failed', message: error.message, lost: !(error instanceof TooLarge) });
    });
  }

  /**
   * Trains it. What came of it may still be on its way then. Fails where no other stage can be trained here either.
   */
  train(order: RemoteOrder): Promise<void> {
    const training = this.#train(order);
    this.#ended = training.catch(() => {});
    return training;
  }

  async #train(order: RemoteOrder): Promise<void> {
    const { trainer, send } = this.#shop;
    try {
      const local = await this.#toLocal(order);
      await opened(trainer);
      if (this.#isDropped) return;
      if (this.#isStopping) return await send({ kind: 'failed', message: 'it was told to stop', lost: true });
      this.#isTraining = true;
      const training = trainer.train(local, {
        onLoaded: ({ classes, evaluated, machine = null }) => {
          const body: ToHead = { kind: 'loaded', loaded: { classes, evaluated, machine } };
          if (!this.#isDropped) this.#outbox.add({ to: order.from, send: () => send(body) });
        },
        onProgress: (batch) => this.#tellProgress(batch),
        onSegment: (segment) => this.#deliver(segment),
        onOutput: (stream, text) => this.#output.take(stream, text),
      });
      await training;
    } catch (error) {
      this.#isOver = true; // saying so may have to wait
      if (this.#isDropped) return;
      const isOwn = error instanceof WorkerError;
      // What came of it before is worth something: the head goes on from there.
      await this.#outbox.sent();
      await this.#output.flush();
      await send({ kind: 'failed', message: (error as Error).message, lost: !isOwn || error instanceof WorkerLost });
      this.#outbox.drop();
      // A head that cannot be reached may be started again.
      if (!isOwn && !(error instanceof PassingFailure)) throw error;
    } finally {
      this.#isTraining = false;
      this.#isOver = true;
      await this.#release();
    }
  }

  /** It is trained, or about to be. */
  get isAtWork(): boolean {
    return !this.#isOver;
  }

  /** All that came of it so far is sent, once at least. */
  sent(): Promise<void> {
    return this.#outbox.sent();
  }

  /** All of it is stored, or nobody wants it. */
  async done(): Promise<void> {
    await this.#ended;
    await this.#outbox.empty();
  }

  confirm(to: number): void {
    this.#outbox.confirm(to);
  }

  /** At its next look it ends with a checkpoint. */
  stop(): void {
    this.#isStopping = true;
    if (this.#isTraining) this.#shop.trainer.stop();
  }

  /** Somebody else trains it: nothing of it is wanted. */
  drop(): void {
    this.#isDropped = true;
    this.#outbox.drop();
    if (this.#isTraining) this.#shop.trainer.kill();
  }

  async #toLocal(order: RemoteOrder): Promise<StageOrder | ProgramOrder> {
    const { folder, bringer } = this.#shop;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const checkpoints = { folder, name: 'remote.checkpoint', bytesUpTo: BYTES_UP_TO };
    const start = order.start && (await this.#startOf(order.start));
    if (!('packed' in order)) return { ...order, start, checkpoints };
    const { packed, ...own } = order;
    return { ...own, start, checkpoints, brought: await bringer.bring(order, packed) };
  }

  async #startOf({ batch, hash, size }: NonNullable<RemoteOrder['start']>): Promise<Start> {
    const { trainer, cache, folder } = this.#shop;
    const ref = { batch, hash, size };
    if (trainer.holds(hash)) return { ...ref, content: null };
    // The head took it for held here: it is said anew, with the checkpoint.
    const missing = new WorkerLost(`Cannot begin from checkpoint ${hash}: the head does not have it`);
    if (size < BYTES_UP_TO) {
      const bytes = await readBlob(cache, hash, size);
      if (!bytes) throw missing;
      return { ...ref, content: { bytes } };
    }
    const held = await cache.hold(hash);
    if (!held) throw missing;
    this.#release = held.release;
    return { ...ref, content: { file: relative(folder, held.file) } };
  }

  #tellProgress(batch: number): void {
    const now = performance.now();
    if (now - this.#told < PROGRESS_EVERY) return;
    this.#told = now;
    this.#mention({ kind: 'progress', batch });
  }

  /** Says something that is not missed where it does not arrive. */
  #mention(body: ToHead): void {
    this.#shop.send(body).catch(() => {});
  }

  #deliver(segment: SegmentReport): void {
    if (!this.#isDropped) this.#outbox.add({ to: segment.to, send: () => this.#sendSegment(segment) });
  }

  async #sendSegment({ checkpoint, digest: _, ...segment }: SegmentReport): Promise<void> {
    if (checkpoint) await this.#bringAway(checkpoint);
    // The head writes nothing more to the stage's log once the last segment is there.
    await this.#output.flush();
    const plain = toPlain({ ...segment, checkpoint: checkpoint && toRef(checkpoint) });
    await this.#shop.send({ kind: 'segment', segment: plain });
  }

  async #bringAway({ hash, size, content }: SentCheckpoint): Promise<void> {
    const { cache, folder } = this.#shop;
    if ('bytes' in content) return cache.write({ hash, size }, () => [content.bytes]);
    const path = join(folder, content.file);
    await cache.write({ hash, size }, () => createReadStream(path));
    await rm(path, { force: true });
  }
}

/** A machine on which the engine does not open any more says nothing against the stage, and is of no use. */
async function opened(trainer: Trainer): Promise<void> {
  try {
    await trainer.opened;
  } catch (error) {
    throw new Error(`the engine does not open here any more: ${(error as Error).message}`, { cause: error });
  }
}
