import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import type { RunTask } from './identify-runs.ts';
import { judgeOf, noteBits, worstOf, type Here, type Standing } from './same-bits.ts';

/** How what is stored of each seed of a sweep stands to a class of bits: all runs of a seed are of one class. */
export function standingsOf(storage: Storage, tasks: readonly RunTask[], here: Here): Map<number, Standing> {
  const judge = judgeOf(storage, here);
  const standings = new Map<number, Standing>();
  for (const { runId, arm, seed } of tasks)
    standings.set(seed, worstOf([standings.get(seed) ?? 'empty', judge.ofRun(runId, arm)]));
  return standings;
}

/** A class takes on a seed: what is trained of its runs from now on has these bits. */
export function noteSeed(
  storage: Storage,
  lease: Lease,
  runs: readonly Pick<RunTask, 'runId' | 'arm'>[],
  { bitsOf }: Pick<Here, 'bitsOf'>,
): void {
  underLease(storage, lease, () => {
    for (const { runId, arm } of runs) noteBits(storage, runId, bitsOf(arm));
  });
}
