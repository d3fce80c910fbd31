import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { queueDefinition, readWanted } from '../../server/cli/queue-definition.ts';
import { BlobCache } from '../../server/remote/blobs/blob-cache.ts';
import { newSecret } from '../../server/remote/broker/join-file.ts';
import { HeadBlobs } from '../../server/remote/head/head-blobs.ts';
import { RemoteHead } from '../../server/remote/head/remote-head.ts';
import type { PostOffice } from '../../server/remote/queues/post-office.ts';
import { RemoteWorker } from '../../server/remote/worker/remote-worker.ts';
import { nameOfTemporaries } from '../../server/runner/checkpoints/checkpoint-files.ts';
import { runQueue } from '../../server/runner/run-queue.ts';
import { hireOn, type Hire } from '../../server/runner/workers/hire-worker.ts';
import { signStructures } from '../../server/runner/workers/measure-bits.ts';
import type { RunnerEvent, SweepSummary } from '../../server/runner/events.ts';
import { Logs } from '../../server/runner/logs/logs.ts';
import { Patience } from '../../server/runner/patience.ts';
import { checkpointFileOf } from '../../server/store/reading/read-checkpoints.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { queueAgain } from '../../server/store/sweeps/queue.ts';
import { keepCheckpoints } from '../../server/store/sweeps/keep-checkpoints.ts';
import { temporaryFolder, writeStudy, type Study } from '../runner/study.ts';
import { InMemory } from './in-memory.ts';
import { storeOf } from './store-of.ts';

const LOCK = 3_000;

/** A process on `wasm`. */
export const hireHere: Hire = hireOn('wasm', () => null, { patience: new Patience(), logs: Logs.none() });

/** A head and its workers in this process, with no broker between them: what trains are processes all the same. */
export class Here<Post extends PostOffice = InMemory> {
  readonly folder: string;
  readonly db: string;
  readonly post: Post;
  readonly head: RemoteHead;
  readonly said: string[] = [];
  readonly storage: Storage;
  readonly #identity = { database: randomUUID(), secret: newSecret() };
  readonly #blobs: HeadBlobs;

  private constructor(storage: Storage, post: Post) {
    this.storage = storage;
    this.db = storage.file;
    this.folder = dirname(storage.file);
    this.post = post;
    const fileOf = (hash: string): string | null => checkpointFileOf(storage, hash);
    this.#blobs = new HeadBlobs({ folder: storage.checkpointFolder, fileOf }, nameOfTemporaries());
    const identity = { ...this.#identity, name: 'head' };
    this.head = new RemoteHead({ identity, cosweep: '1', post, blobs: this.#blobs, lock: LOCK, log: this.#log });
  }

  static open(post = new InMemory()): Promise<Here> {
    return Here.by(post);
  }

  /** @param post by which head and workers write to each other */
  static async by<Post extends PostOffice>(post: Post): Promise<Here<Post>> {
    const folder = temporaryFolder();
    const storage = await openStorage({ file: join(folder, 'study.db'), create: true });
    onTestFinished(() => storage.close());
    return new Here(storage, post);
  }

  async queue(study: Study): Promise<number> {
    const wanted = await readWanted(this.db, writeStudy(this.folder, study));
    const sweepId = await queueDefinition(this.storage, wanted, { engine: null, share: true }, () => {});
    keepCheckpoints(this.storage, sweepId);
    return sweepId;
  }

  /** Trains what is queued. @param stop aborted: as by Ctrl-C */
  async train(
    sweepId: number,
    stop = new AbortController().signal,
    engine: 'wasm' | 'auto' = 'wasm',
    options: { audit?: true } = {},
  ): Promise<SweepSummary | null> {
    try {
      return await runQueue({
        storage: this.storage,
        sweepId,
        engine,
        device: null,
        workers: 1,
        fresh: false,
        wait: false,
        command: 'a test',
        remote: this.head,
        tell: (event: RunnerEvent) => void (event.kind === 'log' && this.said.push(event.message)),
        stop,
        kill: new AbortController().signal,
        ...options,
      });
    } finally {
      await this.head.close(null);
    }
  }

  /** Another head of the same database, which the sweep is asked of again. */
  async again(sweepId: number): Promise<Here> {
    queueAgain(this.storage, sweepId);
    return new Here(this.storage, new InMemory());
  }

  /** Somebody who joins. @returns why it ended, when it has */
  worker({ hire, slots = 1, cached, stop = new AbortController().signal }: Joining = {}): Promise<string | null> {
    const store = storeOf(this.#blobs);
    const ended = new RemoteWorker({
      identity: { ...this.#identity, name: randomUUID() },
      cosweep: '1',
      post: this.post,
      store,
      cache: new BlobCache(store, { folder: temporaryFolder(), ...(cached !== undefined && { limit: cached }) }),
      engine: 'wasm',
      findPlaces: async () => ({
        seats: slots,
        hire: hire ?? hireHere,
        cardOf: () => null,
        sign: signStructures,
        inexact: null,
      }),
      folder: temporaryFolder(),
      lock: LOCK,
      idle: Infinity,
      until: Infinity,
      stop,
      log: this.#log,
    }).run();
    onTestFinished(async () => void (await Promise.race([ended, sleep(10_000)])));
    return ended;
  }

  readonly #log = (sentence: string): void => void this.said.push(sentence);
}

interface Joining {
  /** Who trains there; left out: a process on `wasm`. */
  hire?: Hire;
  slots?: number;
  /** In bytes: so much it keeps of what it has fetched. */
  cached?: number;
  stop?: AbortSignal;
}
