import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { refuseOtherEngine } from '../store/ask-engine.ts';
import { isCancelRequested } from '../store/cancel-sweep.ts';
import { identifyRuns, readTasks, type RunTask } from '../store/identify-runs.ts';
import { sweepName } from '../store/ids.ts';
import type { Lease } from '../store/lease.ts';
import { finishProbe, finishSweep, putBack, readOutstanding, startSweep } from '../store/queue.ts';
import { readMachines } from '../store/read-machines.ts';
import { readSweep, type SweepRecord } from '../store/read-sweep.ts';
import { UserError } from '../sweep/user-error.ts';
import type { EngineName } from '../training/engine.ts';
import { chooseEngine } from '../training/engines/choose.ts';
import type { SweepSummary } from './events.ts';
import { hireCrew, type Crew } from './hire-crew.ts';
import { identifyAll, readFingerprints, type Fingerprints } from './identify.ts';
import { otherMachine } from './other-machine.ts';
import { pruneCheckpoints } from './prune-checkpoints.ts';
import type { RunOptions } from './run-queue.ts';
import { trainSweep } from './train-sweep.ts';
import { everything, trunksOnly } from './trunks-only.ts';
import { workerCount } from './worker-count.ts';

export interface SweepOptions extends RunOptions {
  lease: Lease;
  /** False for a sweep that only stands in the same queue as the one that was asked for: its errors are its own. */
  isAsked: boolean;
}

const CANCEL_POLL_MS = 1000;

/**
 * Trains one queued sweep to its end; of one that is only probed what does without the intra-class phase, which leaves it interrupted, or
 * queued where all of it was asked for meanwhile. Stopped, it leaves interrupted what was asked of it, and queued what others asked for.
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
    const begun = await begin(options, hiring, ended, cancel.requested);
    if (!begun) return null;
    const { sweep, crew, fingerprintOf, gitCommit } = begun;
    const { engine } = crew;
    const identities = identifyAll(sweep.armList, readTasks(storage, sweepId), engine, sweep.share, fingerprintOf);
    const tasks = identifyRuns(storage, lease, sweepId, identities, fresh);
    const workers = workerCount(options.workers, engine);
    const wanted = sweep.probeSeeds === null ? everything : trunksOnly(sweep.armList, sweep.plan.seeds, sweep.probeSeeds);
    const asked = tasks.filter((task) => task.stages.some((stage) => wanted(task, stage)));
    const left = asked.filter((task) => task.state === 'waiting' && task.stages.some((stage) => stage.batch < stage.to && wanted(task, stage))).length;
    tell({ kind: 'sweep', sweep: sweep.id, name: sweep.name, engine, workers: Math.min(workers, left), runs: asked.length, left });
    const [first] = crew.workers;
    const other = first && left > 0 ? otherMachine(readMachines(storage, sweepId), await first.opened) : null;
    if (other) tell({ kind: 'log', message: `${sweep.id} ${other}` });

    const stop = AbortSignal.any([options.stop, cancel.requested]);
    const batchesTrained = await trainSweep({
      ...options, arms: sweep.armList, tasks, wanted, engine, workers, hired: crew.workers, folder: sweep.folder, fingerprintOf, gitCommit, stop,
    });

    const cut = sweep.probeSeeds !== null && tasks.some((task) => task.state === 'waiting');
    const state = finish(sweep, options, cancel.requested, cut);
    await pruneCheckpoints(storage, lease, (message) => tell({ kind: 'log', message }));
    const summary: SweepSummary = {
      sweepId: sweep.id,
      name: sweep.name,
      engine,
      state,
      runs: countRuns(readTasks(storage, sweepId)),
      seconds: (performance.now() - started) / 1000,
      batchesTrained,
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

/** What a sweep is trained on. */
interface Inputs {
  fingerprintOf: Fingerprints;
  gitCommit: string | null;
}

/**
 * From the queue to what can be trained. It takes workers a second or two to open their engine: meanwhile this process reads what they
 * will train.
 *
 * @returns null where it is not queued any more, or was stopped meanwhile
 */
async function begin(options: SweepOptions, hiring: Promise<Crew | null>, ended: AbortSignal, cancelled: AbortSignal): Promise<Inputs & { sweep: SweepRecord; crew: Crew } | null> {
  const { storage, lease, sweepId } = options;
  const queued = await readSweep(storage, sweepId);
  if (!queued) return null; // removed meanwhile
  const reading = readInputs(queued, options);
  reading.catch(() => {}); // met below, or of no interest any more
  const crew = await hiring;
  if (!crew) {
    finish(queued, options, cancelled);
    return null;
  }
  if (!startSweep(storage, lease, sweepId, crew.engine)) return null;
  // Until now another process could queue it with another definition; what it stands for now stays.
  const sweep = (await readSweep(storage, sweepId))!;
  const inputs = await unlessEnded(ended, asksForTheSame(queued, sweep) ? reading : readInputs(sweep, options));
  if (inputs) return { sweep, crew, ...inputs };
  finish(sweep, options, cancelled);
  return null;
}

async function readInputs({ armList, plan, folder }: SweepRecord, { tell }: SweepOptions): Promise<Inputs> {
  const [fingerprintOf, gitCommit] = await Promise.all([
    readFingerprints(armList, plan.seeds[0]!, folder, (message) => tell({ kind: 'log', message })),
    commitOf(folder),
  ]);
  return { fingerprintOf, gitCommit };
}

function asksForTheSame(a: SweepRecord, b: SweepRecord): boolean {
  return a.planHash === b.planHash && a.folder === b.folder;
}

/** Reading itself cannot be stopped (a download, maybe): it goes on, and nobody waits for it. @returns null where it was ended */
function unlessEnded<T>(ended: AbortSignal, reading: Promise<T>): Promise<T | null> {
  const end = new Promise<null>((resolve) => {
    if (ended.aborted) resolve(null);
    ended.addEventListener('abort', () => resolve(null));
  });
  return Promise.race([end, reading]);
}

/** Starts as many workers as there is work for. @returns null where it was `ended` */
async function hire(options: SweepOptions, ended: AbortSignal): Promise<Crew | null> {
  const { storage, sweepId, fresh, device, tell } = options;
  const { engine: kept, runs, unfinished } = readOutstanding(storage, sweepId);
  const size = (engine: EngineName): number => Math.min(workerCount(options.workers, engine), fresh ? runs : unfinished);
  return hireCrew(() => engineOf(kept, options), size, device, ended, (message) => tell({ kind: 'log', message }));
}

/** @param cut what was asked of it is trained, and that is not all @returns the state that the sweep is in now */
function finish({ probeSeeds }: SweepRecord, options: SweepOptions, cancelled: AbortSignal, cut = false): SweepSummary['state'] {
  const { storage, lease, sweepId, stop, kill } = options;
  const state = cancelled.aborted ? 'cancelled' : stop.aborted || kill.aborted || cut ? 'interrupted' : 'complete';
  if (state === 'interrupted' && isLeftToOthers(options)) return putBack(storage, lease, sweepId);
  if (state === 'interrupted' && probeSeeds !== null) return finishProbe(storage, lease, sweepId);
  finishSweep(storage, lease, sweepId, state);
  return state;
}

/** The one that is asked for; where the choice is left open, the one that the sweep was started on or waits for. */
async function engineOf(before: string | null, { storage, sweepId, engine, device, fresh, tell }: SweepOptions): Promise<EngineName> {
  if (!fresh && engine !== 'auto') refuseOtherEngine(storage, sweepId, engine);
  const kept = fresh || engine !== 'auto' ? null : (before as EngineName | null);
  return chooseEngine(kept ?? engine, (message) => tell({ kind: 'log', message }), device);
}

/** Who stops this process does not stop what others asked for, and may be waiting for: that stays in the queue, as it does before its turn. */
function isLeftToOthers({ isAsked, stop, kill }: SweepOptions): boolean {
  return !isAsked && (stop.aborted || kill.aborted);
}

function countRuns(tasks: RunTask[]): SweepSummary['runs'] {
  const count = (state: RunTask['state']) => tasks.filter((task) => task.state === state).length;
  return { complete: count('complete'), failed: count('failed'), diverged: count('diverged'), reused: tasks.filter(({ reused }) => reused).length };
}

/** Looks at the flag that `cosweep cancel` and the dashboard set. */
function watchCancel({ storage, sweepId }: SweepOptions): { requested: AbortSignal; end: () => void } {
  const requested = new AbortController();
  const timer = setInterval(() => {
    if (isCancelRequested(storage, sweepId)) requested.abort();
  }, CANCEL_POLL_MS);
  return { requested: requested.signal, end: () => clearInterval(timer) };
}

function endBroken(options: SweepOptions, error: unknown): void {
  const { storage, lease, sweepId } = options;
  try {
    if (isLeftToOthers(options)) putBack(storage, lease, sweepId);
    else finishSweep(storage, lease, sweepId, 'interrupted', error instanceof Error ? error.message : String(error));
  } catch {
    // The database itself is the trouble, or the lease is lost: the first error says more than this one would.
  }
}

/** The commit that the folder of the definition stands at; null where it is none of git's or git is not there. */
async function commitOf(folder: string): Promise<string | null> {
  return promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: folder }).then(({ stdout }) => stdout.trim(), () => null);
}
