import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { HeadBlobs } from '../../../server/remote/head/head-blobs.ts';
import { RemoteHead } from '../../../server/remote/head/remote-head.ts';
import { ordersOf } from '../../../server/remote/queues/names.ts';
import { newSecret } from '../../../server/remote/broker/join-file.ts';
import type { Loaded, SegmentReport, StageOrder } from '../../../server/runner/workers/messages.ts';
import { unmeasuredClass } from '../../../server/runner/workers/bit-class.ts';
import type { Seat, Seating } from '../../../server/runner/workers/seat.ts';
import type { SignedStructure } from '../../../server/training/signature.ts';
import { temporaryFolder } from '../../runner/study.ts';
import { InMemory } from '../in-memory.ts';
import { ScriptedMember } from '../scripted-member.ts';
import { storeOf } from '../store-of.ts';

/** The numbers of the stage that is ordered; whose data it is does not matter to the head. */
export const ORDER = { from: 0, to: 100 };

export interface Told {
  loaded: Loaded[];
  progress: number[];
  segments: SegmentReport[];
}

export interface Ordered {
  told: Told;
  /** Of `train`: null where it ended well. */
  ended: Promise<Error | null>;
}

/** A head with a sweep that has begun, in front of a post office without a broker. */
export class OpenedHead {
  readonly post = new InMemory();
  readonly identity = { database: randomUUID(), secret: newSecret() };
  readonly logged: string[] = [];
  readonly gone: string[] = [];
  readonly seats: Seat[] = [];
  readonly blobs: HeadBlobs;
  readonly head: RemoteHead;
  readonly #ended = new AbortController();
  #seating: Promise<void>;
  /** What storing a segment waits for. */
  storing: Promise<void> = Promise.resolve();

  constructor(lock = 60_000) {
    const folder = temporaryFolder();
    this.blobs = new HeadBlobs({ folder, fileOf: () => null }, 'sweep.checkpoint');
    // There is no data set to be packed.
    this.blobs.offer = async () => ({ packed: { hash: '0'.repeat(64), size: 1 }, release: () => {} });
    const log = (sentence: string): void => void this.logged.push(sentence);
    const identity = { ...this.identity, name: 'head' };
    this.head = new RemoteHead({ identity, cosweep: '1.2.3', post: this.post, blobs: this.blobs, lock, log, spare: 0 });
    this.head.begin(1);
    this.#seating = this.#open(this.begin(), this.#ended.signal);
    onTestFinished(async () => {
      this.#ended.abort();
      await this.#seating;
    });
  }

  /** Another sweep of the queue begins. */
  begin(structures: readonly SignedStructure[] = []): Seating {
    const classOf = unmeasuredClass.bind(null, 'wasm');
    return this.head.seating({
      sweepId: 1,
      engine: 'wasm',
      structures,
      classOf,
      program: null,
      noteInexact: async () => {},
      tell: () => {},
    });
  }

  member(name: string, identity = this.identity): ScriptedMember {
    return new ScriptedMember(this.post, identity, name, storeOf(this.blobs));
  }

  /** Somebody who joins, and claims the next ticket. */
  async claimer(name: string): Promise<{ member: ScriptedMember; ticket: string; seat: Seat; queue: string }> {
    const member = this.member(name);
    const queue = ordersOf(await member.joins());
    const ready = this.seats.map(async (each) => (await each.ready(this.#ended.signal), each));
    const ticket = await member.draws(queue);
    member.say({ kind: 'claim', ticket });
    return { member, ticket, seat: await Promise.race(ready), queue };
  }

  /** Has whoever sits in a seat train. */
  train(seat: Seat, order: Partial<StageOrder> = ORDER): Ordered {
    const told: Told = { loaded: [], progress: [], segments: [] };
    const training = seat.trainer().train({ start: null, settings: {}, dataset: {}, ...order } as StageOrder, {
      onLoaded: (loaded) => void told.loaded.push(loaded),
      onProgress: (batch) => void told.progress.push(batch),
      onSegment: async (segment) => {
        told.segments.push(segment);
        await this.storing;
      },
    });
    const ended = training.then(
      () => null,
      (error: Error) => error,
    );
    return { told, ended };
  }

  async #open(seating: Seating, ended: AbortSignal): Promise<void> {
    await seating.open({
      most: 9,
      begin: (seat) => void this.seats.push(seat),
      gone: ({ name }) => void this.gone.push(name),
      waiting: () => [],
      ended,
    });
  }
}

/** A stretch without any points, as a worker sends it. */
export function segment(from: number, to: number, more: object = {}): object {
  return {
    kind: 'segment',
    segment: {
      from,
      to,
      points: [],
      evaluations: [],
      checkpoint: null,
      seconds: { training: 1, evaluation: 0 },
      usage: null,
      result: null,
      ...more,
    },
  };
}

export const LOADED = { kind: 'loaded', loaded: { classes: null, evaluated: null, machine: null } };

/** How a stage of `ORDER` ends. */
export const COMPLETE = { result: { outcome: 'complete', batch: ORDER.to, intraDead: null } };
