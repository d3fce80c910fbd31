import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { refuseOtherEngine } from '../store/sweeps/ask-engine.ts';
import { readOutstanding } from '../store/sweeps/queue.ts';
import { startSweep } from '../store/training/sweep-turn.ts';
import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import type { EngineName } from '../training/engine.ts';
import { chooseEngine } from '../training/engines/choose.ts';
import { endSweep } from './end-sweep.ts';
import { hireCrew, type Crew } from './workers/hire-crew.ts';
import { readFingerprints, type Fingerprints } from './identify.ts';
import type { SweepOptions } from './run-queue.ts';
import { workerCount } from './workers/worker-count.ts';

/** What a sweep is trained on. */
interface Inputs {
  fingerprintOf: Fingerprints;
  gitCommit: string | null;
}

interface Begun extends Inputs {
  /** As it stands now that it is running. */
  sweep: SweepRecord;
  crew: Crew;
}

/**
 * From the queue to what can be trained. It takes workers a second or two to open their engine: meanwhile this process
 * reads what they will train.
 *
 * @returns null where it is not queued any more, or was stopped meanwhile
 */
export async function beginSweep(
  options: SweepOptions,
  hiring: Promise<Crew | null>,
  ended: AbortSignal,
  cancelled: AbortSignal,
): Promise<Begun | null> {
  const { storage, lease, sweepId } = options;
  const queued = await readSweep(storage, sweepId);
  if (!queued) return null; // removed meanwhile
  const reading = readInputs(queued, options);
  reading.catch(() => {}); // met below, or of no interest any more
  const crew = await hiring;
  if (!crew) {
    endSweep(queued, options, cancelled);
    return null;
  }
  if (!startSweep(storage, lease, sweepId, crew.engine)) return null;
  // Until now another process could queue it with another definition; what it stands for now stays.
  const sweep = (await readSweep(storage, sweepId))!;
  const inputs = await unlessEnded(ended, asksForTheSame(queued, sweep) ? reading : readInputs(sweep, options));
  if (inputs) return { sweep, crew, ...inputs };
  endSweep(sweep, options, cancelled);
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

/**
 * Reading itself cannot be stopped (a download, maybe): it goes on, and nobody waits for it.
 *
 * @returns null where it was ended
 */
function unlessEnded<T>(ended: AbortSignal, reading: Promise<T>): Promise<T | null> {
  const end = new Promise<null>((resolve) => {
    if (ended.aborted) resolve(null);
    ended.addEventListener('abort', () => resolve(null));
  });
  return Promise.race([end, reading]);
}

/** Starts as many workers as there is work for. @returns null where it was `ended` */
export async function hire(options: SweepOptions, ended: AbortSignal): Promise<Crew | null> {
  const { storage, sweepId, fresh, device, tell } = options;
  const { engine: kept, runs, unfinished } = readOutstanding(storage, sweepId);
  const size = (engine: EngineName): number =>
    Math.min(workerCount(options.workers, engine), fresh ? runs : unfinished);
  return hireCrew(
    () => engineOf(kept, options),
    size,
    device,
    ended,
    (message) => tell({ kind: 'log', message }),
  );
}

/** The one that is asked for; where the choice is left open, the one that the sweep was started on or waits for. */
async function engineOf(
  before: string | null,
  { storage, sweepId, engine, device, fresh, tell }: SweepOptions,
): Promise<EngineName> {
  if (!fresh && engine !== 'auto') refuseOtherEngine(storage, sweepId, engine);
  const kept = fresh || engine !== 'auto' ? null : (before as EngineName | null);
  return chooseEngine(kept ?? engine, (message) => tell({ kind: 'log', message }), device);
}

/** The commit that the folder of the definition stands at; null where it is none of git's or git is not there. */
async function commitOf(folder: string): Promise<string | null> {
  return promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: folder }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}
