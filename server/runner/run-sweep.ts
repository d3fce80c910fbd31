import { isCancelRequested } from '../store/sweeps/cancel-sweep.ts';
import { identifyRuns, readTasks, type RunTask } from '../store/training/identify-runs.ts';
import { sweepName } from '../store/database/ids.ts';
import { readMachines } from '../store/training/run-state.ts';
import { UserError } from '../sweep/user-error.ts';
import { beginSweep, hire } from './begin-sweep.ts';
import { endBroken, endSweep } from './end-sweep.ts';
import type { SweepSummary } from './events.ts';
import { identifyAll } from './identify.ts';
import { otherMachine } from './other-machine.ts';
import { pruneCheckpoints } from './checkpoints/prune-checkpoints.ts';
import type { SweepOptions } from './run-queue.ts';
import { trainSweep } from './train-sweep.ts';
import { everything, trunksOnly } from './order/trunks-only.ts';
import { workerCount } from './workers/worker-count.ts';

const CANCEL_POLL_MS = 1000;

/**
 * Trains one queued sweep to its end; of one that is only probed what does without the intra-class phase, which leaves
 * it interrupted, or queued where all of it was asked for meanwhile. Stopped, it leaves interrupted what was asked of
 * it, and queued what others asked for.
 *
 * @returns null where it is not queued any more, or could not begin
 */
export async function runSweep(options: SweepOptions): Promise<SweepSummary | null> {
  const { storage, lease, sweepId, fresh, tell } = options;
  const started = performance.now();
  const cancel = watchCancel(options);
  const over = new AbortController();
  const ended = AbortSignal.any([options.stop, options.kill, cancel.requested, over.signal]);
  const hiring = hire(options, ended);
  hiring.catch(() => {}); // met below
  try {
    const begun = await beginSweep(options, hiring, ended, cancel.requested);
    if (!begun) return null;
    const { sweep, crew, fingerprintOf, gitCommit } = begun;
    const { engine } = crew;
    const identities = identifyAll(sweep.armList, readTasks(storage, sweepId), engine, sweep.share, fingerprintOf);
    const tasks = identifyRuns(storage, lease, sweepId, identities, fresh);
    const workers = workerCount(options.workers, engine);
    const wanted =
      sweep.probeSeeds === null ? everything : trunksOnly(sweep.armList, sweep.plan.seeds, sweep.probeSeeds);
    const asked = tasks.filter((task) => task.stages.some((stage) => wanted(task, stage)));
    const left = asked.filter(
      (task) => task.state === 'waiting' && task.stages.some((stage) => stage.batch < stage.to && wanted(task, stage)),
    ).length;
    tell({
      kind: 'sweep',
      sweep: sweep.id,
      name: sweep.name,
      engine,
      workers: Math.min(workers, left),
      runs: asked.length,
      left,
    });
    const [first] = crew.workers;
    const other = first && left > 0 ? otherMachine(readMachines(storage, sweepId), await first.opened) : null;
    if (other) tell({ kind: 'log', message: `${sweep.id} ${other}` });

    const stop = AbortSignal.any([options.stop, cancel.requested]);
    const { trained, taken } = await trainSweep({
      ...options,
      arms: sweep.armList,
      tasks,
      wanted,
      share: sweep.share,
      engine,
      workers,
      hired: crew.workers,
      folder: sweep.folder,
      fingerprintOf,
      gitCommit,
      stop,
    });

    const cut = sweep.probeSeeds !== null && tasks.some((task) => task.state === 'waiting');
    const state = endSweep(sweep, options, cancel.requested, cut);
    await pruneCheckpoints(storage, lease, (message) => tell({ kind: 'log', message }));
    const summary: SweepSummary = {
      sweepId: sweep.id,
      name: sweep.name,
      engine,
      state,
      runs: countRuns(readTasks(storage, sweepId)),
      seconds: (performance.now() - started) / 1000,
      batchesTrained: trained,
      batchesTaken: taken,
      batchesUnshared: tasks.reduce((total, { arm }) => total + sweep.armList[arm]!.training.batches, 0),
    };
    tell({ kind: 'sweepEnd', summary });
    return summary;
  } catch (error) {
    // A sweep that cannot begin (its data is gone, its engine does not open) leaves the queue, with the reason.
    endBroken(options, error);
    if (options.isAsked || !(error instanceof UserError)) throw error;
    tell({ kind: 'log', message: `${sweepName(sweepId)} could not be trained: ${error.message}` });
    return null;
  } finally {
    cancel.end();
    over.abort();
    const crew = await hiring.catch(() => null);
    for (const { process } of crew?.workers ?? []) process.kill(); // those that were not needed; the others have ended
  }
}

function countRuns(tasks: RunTask[]): SweepSummary['runs'] {
  const count = (state: RunTask['state']) => tasks.filter((task) => task.state === state).length;
  return {
    complete: count('complete'),
    failed: count('failed'),
    diverged: count('diverged'),
    reused: tasks.filter(({ reused }) => reused).length,
  };
}

/** Looks at the flag that `cosweep cancel` and the dashboard set. */
function watchCancel({ storage, sweepId }: SweepOptions): { requested: AbortSignal; end: () => void } {
  const requested = new AbortController();
  const timer = setInterval(() => {
    if (isCancelRequested(storage, sweepId)) requested.abort();
  }, CANCEL_POLL_MS);
  return { requested: requested.signal, end: () => clearInterval(timer) };
}
