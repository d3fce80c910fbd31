import { isProgramEngine } from '../sweep/program-engine.ts';
import { sweepName } from '../store/database/ids.ts';
import { isDatabaseError } from '../store/database/database-error.ts';
import type { SweepRecord } from '../store/reading/read-sweep.ts';
import { readCancel } from '../store/sweeps/cancel-sweep.ts';
import { identifyRuns, readTasks, type RunTask } from '../store/training/identify-runs.ts';
import { noteEnvironment } from '../store/training/note-environment.ts';
import { noteFile } from '../store/training/note-files.ts';
import { readMachines } from '../store/training/run-state.ts';
import type { Storage } from '../store/database/storage.ts';
import { auditInWords, type AuditResult } from './audits/auditing.ts';
import { beginSweep, type Beginning } from './begin-sweep.ts';
import { nameOfTemporaries } from './checkpoints/checkpoint-files.ts';
import { pruneCheckpoints } from './checkpoints/prune-checkpoints.ts';
import { endBroken, endSweep, waiterOf } from './end-sweep.ts';
import type { SweepSummary } from './events.ts';
import { everything, trunksOnly } from './order/trunks-only.ts';
import { otherMachine } from './other-machine.ts';
import { impatiently, patiently } from './patiently.ts';
import { refuseStranger } from './refuse-stranger.ts';
import type { SweepOptions } from './run-options.ts';
import type { SweepWork } from './sweep-work.ts';
import { trainSweep } from './train-sweep.ts';
import { unmeasuredClass } from './workers/bit-class.ts';
import { remoteSweepOf } from './workers/remote-sweep.ts';
import { hireCrew, type Crew } from './workers/hire-crew.ts';
import { isEverybodys } from './workers/is-everybodys.ts';
import { LocalSeating } from './workers/local-seating.ts';
import type { ClassOfCard } from './workers/measure-bits.ts';
import type { Elsewhere } from './workers/remote-workers.ts';
import type { Seating } from './workers/seat.ts';

const CANCEL_POLL_MS = 1000;

/*
 * The signals of a sweep. Each is aborted in one place:
 *
 * - `stop`, by the user's first Ctrl-C or SIGTERM: the process ends at the next checkpoints.
 * - `kill`, by the user's second one: the process ends now.
 * - `lost`, by the heartbeat, where another process took the lease: nothing can be stored, the process ends now.
 * - `cancelled`, by `watchCancel` below, which looks at the sweep's flags: the sweep ends at the next checkpoints.
 * - `killed`, by `watchCancel` too, always after `cancelled`: the sweep ends now; the process goes on with the queue.
 * - `over`, by `runSweep` below when it returns: workers that are still being hired for it are let go.
 * - `broken`, by `trainSweep`, where something failed that would fail everywhere: the sweep ends with that error.
 * - `failed`, by a worker loop's own backlog, where a delivery could not be stored: that loop kills its worker and
 * fails.
 *
 * Three signals are made of them, and the places that act listen to these:
 *
 * - `ended` = stop, kill, lost, cancelled or over: `hireCrew` and `beginSweep` give up.
 * - `stopping` = stop, lost or cancelled: worker loops and the settler begin no stage, and workers are asked to end
 *   their stage with a checkpoint.
 * - `killing` = kill, killed, lost or broken: worker loops kill their workers, and nobody waits for a locked database.
 *
 * `runQueue` looks at stop and lost between two sweeps, and at stop while it waits for the lease. `endSweep` looks at
 * stop, kill and lost to say how the sweep ended.
 */

/**
 * Trains one queued sweep to its end. Of a sweep that is only probed it trains the stages before the intra-class phase:
 * that leaves the sweep interrupted, or queued where all of it was asked for meanwhile. Where this process is stopped,
 * a sweep that was asked of it is left interrupted, and one that others asked for is left queued.
 *
 * @returns null where it is not queued any more, or could not begin
 */
export async function runSweep(options: SweepOptions & Elsewhere): Promise<SweepSummary | null> {
  const { storage, sweepId, stop, kill, lost, tell } = options;
  const started = performance.now();
  const cancel = watchCancel(options);
  const over = new AbortController();
  const ended = AbortSignal.any([stop, kill, lost, cancel.cancelled, over.signal]);
  const hiring = hireTrusted(options, ended);
  hiring.catch(() => {}); // met below
  try {
    const beginning = await beginSweep(options, hiring, ended);
    if (beginning.kind === 'gone') return null;
    if (beginning.kind === 'stopped') {
      await endSweep(beginning.sweep, options, { cancelled: cancel.cancelled.aborted, cut: false });
      return null;
    }
    const { sweep } = beginning;
    const work = await toWork(options, beginning, cancel);
    await tellBeginning(sweepId, sweep, beginning.crew, work);
    const { audit, ...batches } = await trainSweep(work);
    const audited = tellAudited(options, work, audit);

    const cut = sweep.probeSeeds !== null && work.tasks.some((task) => task.state === 'waiting');
    const state = await endSweep(sweep, options, { cancelled: cancel.cancelled.aborted, cut });
    await prune(options);
    const summary: SweepSummary = {
      sweepId: sweep.id,
      name: sweep.name,
      engine: work.engine,
      state,
      runs: countRuns(readTasks(storage, sweepId)),
      seconds: (performance.now() - started) / 1000,
      batchesTrained: batches.trained,
      batchesTaken: batches.taken,
      batchesUnshared: work.tasks.reduce((total, { arm }) => total + work.arms[arm]!.training.batches, 0),
      ...audited,
    };
    tell({ kind: 'sweepEnd', summary });
    return summary;
  } catch (error) {
    // A sweep that cannot begin (its data is gone, its engine does not open) leaves the queue, with the reason.
    await endBroken(options, error);
    if (options.isAsked || isEverybodys(error)) throw error;
    tell({ kind: 'log', message: `${sweepName(sweepId)} could not be trained: ${(error as Error).message}` });
    return null;
  } finally {
    cancel.end();
    over.abort();
    const crew = await hiring.catch(() => null);
    for (const worker of crew?.workers ?? []) worker.kill(); // those that were not needed; the others have ended
  }
}

/** Of a program that is not trusted nobody is hired: where all of its sweep is trained, nobody has to be. */
async function hireTrusted(options: SweepOptions & Elsewhere, ended: AbortSignal): Promise<Crew | null> {
  const refused = await refuseStranger(options);
  const crew = await hireCrew(options, ended);
  if (refused === null || crew === null) return crew;
  for (const worker of crew.workers) worker.kill();
  const hire = (): never => {
    throw refused;
  };
  return { ...crew, workers: [], hire };
}

/** Says what came of the audits. That machines differ was noted when it was found. */
function tellAudited(
  { sweepId, tell }: Pick<SweepOptions, 'sweepId' | 'tell'>,
  { stopping }: Pick<SweepWork, 'stopping'>,
  result: AuditResult | null,
): Pick<SweepSummary, 'audit'> {
  if (result === null) return {};
  // Of one that was stopped it is not known yet.
  if (!stopping.aborted || result.audited > 0)
    tell({ kind: 'log', message: `${sweepName(sweepId)} ${auditInWords(result)}` });
  return { audit: { stages: result.audited, different: result.different.length } };
}

/** What was trained is complete, whether or not the files that nobody needs any more can be deleted now. */
async function prune(options: SweepOptions & Elsewhere): Promise<void> {
  const log = (message: string): void => options.tell({ kind: 'log', message });
  try {
    await pruneCheckpoints(waiterOf(options), options.lease, log, options.remote?.temporaries ?? null);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    log(`Checkpoints that nothing needs any more are left to the next process that trains: ${error.message}`);
  }
}

/** Gives the runs of a sweep that has begun their identities: from here on it is known what there is to train. */
async function toWork(
  options: SweepOptions,
  begun: Beginning & { kind: 'begun' },
  { cancelled, killed }: Pick<CancelWatch, 'cancelled' | 'killed'>,
): Promise<SweepWork> {
  const { sweep, crew, identities, classes, structures, fingerprintOf, weightsOf, environment } = begun;
  const { storage, lease, sweepId, fresh, patience, logs, tell, stop, kill, lost } = options;
  const { armList: arms, share, folder, plan, probeSeeds } = sweep;
  const known = classes && [...classes.values()];
  const anew = (seeds: number[]): void =>
    tell({ kind: 'log', message: `${sweep.id} trains anew what it has of ${seedsInWords(seeds)}: ${OTHER_BITS}` });
  const broken = new AbortController();
  const killing = AbortSignal.any([kill, killed, lost, broken.signal]);
  const waiter = { storage, giveUp: killing };
  const tasks = await patiently(waiter, () =>
    identifyRuns(storage, lease, sweepId, identities, fresh, { classes: known ?? [], anew }),
  );
  const temporaries = nameOfTemporaries();
  await patiently(waiter, () => noteFile(storage, lease, temporaries));
  return {
    storage,
    lease,
    sweepId,
    arms,
    metric: sweep.metric.name,
    tasks,
    wanted: probeSeeds === null ? everything : trunksOnly(arms, plan.seeds, probeSeeds),
    share,
    engine: crew.engine,
    seating:
      crew.remote?.seating(
        remoteSweepOf(options, { sweep, engine: crew.engine, structures, fingerprintOf }, killing),
      ) ?? seatingHere(crew, classes),
    // Who will come from other machines nobody knows.
    classes: crew.remote === null ? (known ?? []) : [],
    patience,
    logs,
    folder,
    temporaries,
    audit: options.audit === true,
    fingerprintOf,
    weightsOf,
    gitCommit: environment.git?.commit ?? null,
    environmentId: await patiently(waiter, () => noteEnvironment(storage, lease, environment)),
    tell,
    stopping: AbortSignal.any([stop, lost, cancelled]),
    killing,
    broken,
  };
}

function seatingHere(crew: Crew, classes: ClassOfCard | null): Seating {
  const unknown = unmeasuredClass(crew.engine, { device: '', versions: {} });
  return new LocalSeating(crew, (seat) => classes?.get(crew.cardOf(seat)) ?? unknown, crew.cardOf);
}

const OTHER_BITS = 'it was computed with other bits than this machine computes, or nobody knows which';

function seedsInWords(seeds: number[]): string {
  return `seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`;
}

/** How much of the sweep is left to train, and whether that is on another machine than what is trained already. */
async function tellBeginning(
  sweepId: number,
  { id, name }: SweepRecord,
  { workers: hired }: Crew,
  work: SweepWork,
): Promise<void> {
  const { storage, tasks, wanted, seating, engine, tell } = work;
  const asked = tasks.filter((task) => task.stages.some((stage) => wanted(task, stage)));
  const left = asked.filter(
    (task) => task.state === 'waiting' && task.stages.some((stage) => stage.batch < stage.to && wanted(task, stage)),
  ).length;
  tell({
    kind: 'sweep',
    sweep: id,
    name,
    engine,
    workers: Math.min(seating.size, left),
    runs: asked.length,
    left,
    batches: trainedBatches(asked, wanted),
  });
  const first = hired.find(({ dead }) => !dead);
  // What a program runs on is known when it says so.
  const other =
    first && left > 0 && !isProgramEngine(engine)
      ? otherMachine(readMachines(storage, sweepId), await first.opened)
      : null;
  if (other) tell({ kind: 'log', message: `${id} ${other}` });
}

/** Batches of the runs' stages that are there already, those of a shared stage once. */
function trainedBatches(tasks: readonly RunTask[], wanted: SweepWork['wanted']): number {
  const stages = new Set(tasks.flatMap((task) => task.stages.filter((stage) => wanted(task, stage))));
  return [...stages].reduce((sum, { from, batch }) => sum + batch - from, 0);
}

function countRuns(tasks: readonly RunTask[]): SweepSummary['runs'] {
  const count = (state: RunTask['state']) => tasks.filter((task) => task.state === state).length;
  return {
    complete: count('complete'),
    failed: count('failed'),
    diverged: count('diverged'),
    reused: tasks.filter(({ reused }) => reused).length,
  };
}

interface CancelWatch {
  cancelled: AbortSignal;
  killed: AbortSignal;
  end: () => void;
}

/** Looks at the flags that `cosweep cancel` and the dashboard set. */
function watchCancel({ storage, sweepId }: SweepOptions): CancelWatch {
  const [cancelled, killed] = [new AbortController(), new AbortController()];
  const timer = setInterval(() => {
    const how = lookForCancel(storage, sweepId);
    if (how !== null) cancelled.abort();
    if (how === 'kill') killed.abort();
  }, CANCEL_POLL_MS);
  return { cancelled: cancelled.signal, killed: killed.signal, end: () => clearInterval(timer) };
}

/** A database that cannot be read right now (locked, maybe) is asked again. If that stays so, the next commit tells. */
function lookForCancel(storage: Storage, sweepId: number): ReturnType<typeof readCancel> {
  try {
    return impatiently(storage, () => readCancel(storage, sweepId));
  } catch {
    return null;
  }
}
