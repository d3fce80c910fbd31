import { Worker } from 'node:worker_threads';
import type { ThreadKind } from '../http/threads/answer-by-threads.ts';
import type { Storage } from '../store/database/storage.ts';
import type { OpenElsewhere } from '../store/reading/open-for-reading.ts';
import { builtProgram } from '../training/built-program.ts';

/** What `answering-thread.ts` is started with. */
export interface ThreadData {
  database: OpenElsewhere;
  /** False: the thread only reads. */
  writes: boolean;
}

/** How much memory the objects of a thread may take, in MB: one that needs more ends, and nothing else does. */
const MOST_MEGABYTES: Record<ThreadKind, number> = { quick: 1_024, heavy: 4_096, writing: 4_096 };

/** Starts a thread that answers requests of the dashboard over a database. */
export function startAnsweringThread({ file, source, identity, readOnly }: Storage, kind: ThreadKind): Worker {
  const workerData: ThreadData = { database: { file, source, identity }, writes: kind === 'writing' && !readOnly };
  return new Worker(builtProgram('cli/answering-thread'), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES[kind] },
  });
}
