import { setImmediate } from 'node:timers/promises';
import { completeFile } from '../../store/database/complete-file.ts';
import { HolderWatch, LOOK_MS, releaseLease, type Lease } from '../../store/database/lease.ts';
import type { Storage } from '../../store/database/storage.ts';
import { copyLogs } from '../../store/merging/copy-logs.ts';
import { type MergedPart, mergeParts } from '../../store/merging/merge-parts.ts';
import type { Part } from '../../store/merging/part.ts';
import type { MergeProgress } from '../../store/merging/steps.ts';
import { clearLeftovers } from '../../store/training/sweep-turn.ts';
import { removeNoted } from '../checkpoints/prune-checkpoints.ts';
import { keepLease } from '../heartbeat.ts';
import { patiently, type Waiter } from '../patiently.ts';
import { copyCheckpoints } from './copy-checkpoints.ts';
import { copyPrograms } from './copy-programs.ts';
import { MergeStopped } from './merge-stopped.ts';
import { type Looking, waitForLease } from './wait-for-lease.ts';

export interface MergeOptions {
  storage: Storage;
  /** Databases that are open for reading. */
  parts: readonly Part[];
  /** The command line, for whoever asks who holds the lease. */
  command: string;
  tell: (message: string) => void;
  progress: (progress: MergeProgress) => void;
  /** Is called once, when everything is stored. Only files beside the database are copied then. */
  stored: () => void;
  /** Aborted: nothing is stored. */
  stop: AbortSignal;
}

/** What a part gave, and how many of its checkpoints were gone or damaged. */
export type MergedDatabase = MergedPart & { lost: number };

/**
 * Merges databases into another one, which nobody trains on meanwhile: only who has the lease writes runs and stages.
 * Checkpoints are copied first, and what they are of is stored afterwards in one transaction.
 *
 * @param looking how it watches a process that holds the lease and does not seem to live
 */
export async function mergeDatabases(
  options: MergeOptions,
  looking: Looking = { watch: new HolderWatch(), every: LOOK_MS },
): Promise<MergedDatabase[]> {
  const { storage, stop } = options;
  const { lease, left } = await waitForLease(options, looking);
  const { lost, end } = keepLease(storage, lease);
  const waiter = { storage, giveUp: AbortSignal.any([stop, lost]) };
  try {
    await patiently(waiter, () => clearLeftovers(storage, lease, 0, left));
    await removeNoted(waiter, lease, options.tell);
    const merged = await mergeUnder(options, lease, waiter);
    options.stored();
    await addFiles(options, merged);
    return merged;
  } finally {
    // What was copied for nothing goes; where that fails too, the next process deletes it.
    if (!lost.aborted) await removeNoted({ storage, giveUp: lost }, lease, options.tell).catch(() => {});
    end();
    releaseLease(storage, lease);
    await completeFile(storage).catch(() => {});
  }
}

async function mergeUnder(options: MergeOptions, lease: Lease, waiter: Waiter): Promise<MergedDatabase[]> {
  const { storage, parts, tell, progress, stop } = options;
  const breathe = breathing(stop);
  const copied = await copyCheckpoints(waiter, lease, parts, { breathe, tell });
  const merged = await mergeParts(storage, lease, parts, { copied: copied.files, steps: { breathe, tell: progress } });
  return merged.map((each) => ({ ...each, lost: copied.lost.get(each.part) ?? 0 }));
}

/** Milliseconds between two looks at what else this process has to do. */
const BREATH_MS = 20;

function breathing(stop: AbortSignal): () => Promise<void> {
  let last = 0;
  return async () => {
    if (!stop.aborted && performance.now() - last < BREATH_MS) return;
    await setImmediate();
    last = performance.now();
    if (stop.aborted) throw new MergeStopped();
  };
}

/** What is merged is complete without them: logs, and the programs that train it. */
async function addFiles({ storage, tell }: MergeOptions, merged: readonly MergedPart[]): Promise<void> {
  for (const { part, stages } of merged) {
    try {
      copyLogs(storage, part.storage, stages);
      await copyPrograms(storage, part.storage);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      tell(`Not everything beside ${part.storage.file} was copied: ${error.message}`);
    }
  }
}
