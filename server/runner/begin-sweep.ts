import { isProgramEngine } from '../sweep/program-engine.ts';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import type { TrainingEnvironment } from '../store/reading/read-environment.ts';
import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import { isAllDone, readTasks, type RunIdentity } from '../store/training/identify-runs.ts';
import { acceptsOtherBits, hasBits } from '../store/training/same-bits.ts';
import { noteInexact } from '../store/training/note-inexact.ts';
import { startSweep } from '../store/training/sweep-turn.ts';
import { readEnvironment } from './environment.ts';
import { ensureExact } from './exactness/ensure-exact.ts';
import { signerOf } from './exactness/sign-program.ts';
import { identifyAll, readData, type Data } from './identify.ts';
import { patiently } from './patiently.ts';
import { stagesFolder } from './programs/program-files.ts';
import type { ProgramArm } from './programs/structure.ts';
import { subjectsOf } from './programs/subject.ts';
import type { SweepOptions } from './run-options.ts';
import type { Crew } from './workers/hire-crew.ts';
import { programStructures, structuresOf, type Structures } from './workers/bit-class.ts';
import { remoteSweepOf } from './workers/remote-sweep.ts';
import { whenAborted } from './when-aborted.ts';
import { measureBits, type ClassOfCard } from './workers/measure-bits.ts';

/** What a sweep is trained on. */
interface Inputs extends Data {
  environment: TrainingEnvironment;
}

/** How far a sweep came. `gone`: it is not queued any more. `stopped`: it was asked to end meanwhile. */
export type Beginning =
  | ({
      kind: 'begun';
      /** As it stands now that it is running. */
      sweep: SweepRecord;
      crew: Crew;
      /** What its runs compute. */
      identities: RunIdentity[];
      /** What is computed on each card of this machine; null where that is not known, or nothing is left to train. */
      classes: ClassOfCard | null;
      structures: Structures;
    } & Inputs)
  | { kind: 'stopped'; sweep: SweepRecord }
  | { kind: 'gone' };

type Beginner = Pick<SweepOptions, 'storage' | 'lease' | 'sweepId' | 'device' | 'fresh' | 'tell' | 'patience' | 'logs'>;

/**
 * From the queue to what can be trained. It takes workers a second or two to open their engine: meanwhile this process
 * reads what they will train.
 */
export async function beginSweep(
  options: Beginner,
  hiring: Promise<Crew | null>,
  ended: AbortSignal,
): Promise<Beginning> {
  const { storage, lease, sweepId } = options;
  const queued = await readSweep(storage, sweepId);
  if (!queued) return { kind: 'gone' };
  const reading = readInputs(queued, options);
  reading.catch(() => {}); // met below, or of no interest any more
  const crew = await hiring;
  if (!crew) return { kind: 'stopped', sweep: queued };
  const waiter = { storage, giveUp: ended };
  if (!(await patiently(waiter, () => startSweep(storage, lease, sweepId, crew.engine)))) return { kind: 'gone' };
  // Until now another process could queue it with another definition; what it stands for now stays.
  const sweep = (await readSweep(storage, sweepId))!;
  const inputs = await unlessEnded(ended, asksForTheSame(queued, sweep) ? reading : readInputs(sweep, options));
  if (!inputs) return { kind: 'stopped', sweep };
  const { armList, share } = sweep;
  const identities = identifyAll(armList, readTasks(storage, sweepId), crew.engine, share, inputs);
  const begun = { sweep, crew, identities, ended, data: inputs };
  // What a check has at work is ended before anything else.
  const measured = await (isProgramEngine(crew.engine)
    ? checkTheirs(options, begun)
    : unlessEnded(ended, measure(options, begun)));
  return measured ? { kind: 'begun', sweep, crew, identities, ...inputs, ...measured } : { kind: 'stopped', sweep };
}

type Measured = Pick<Beginning & { kind: 'begun' }, 'classes' | 'structures'>;

interface Begun {
  sweep: SweepRecord;
  crew: Crew;
  identities: RunIdentity[];
  data: Data;
  ended: AbortSignal;
}

/**
 * Whether a user's program continues exactly. Which bits it computes is measured only where there are others to compare
 * them with: machines elsewhere sign what they train.
 *
 * @returns null where it was ended
 */
async function checkTheirs(options: Beginner, begun: Begun): Promise<Measured | null> {
  const { storage, sweepId, fresh } = options;
  const { sweep, crew, identities, data, ended } = begun;
  const subjects = subjectsOf(sweep, crew.engine);
  const structures = programStructures(sweep.armList, subjects);
  const isDone = !fresh && isAllDone(storage, sweepId, identities);
  if (crew.remote !== null) {
    // What workers find is added.
    if (fresh) await patiently({ storage, giveUp: ended }, () => noteInexact(storage, options.lease, sweepId, null));
    return { classes: isDone ? null : await thoseThere(options, begun, structures), structures };
  }
  const dataFingerprint = data.fingerprintOf(sweep.armList[0]!.training);
  const exact = await ensureExact(options, { sweep, crew, subjects, dataFingerprint, isDone, ended });
  if (ended.aborted) return null;
  const keys = identities.flatMap(({ stages }) => stages.map(({ key }) => key));
  if (isDone || !hasBits(storage, keys)) return { classes: null, structures };
  const first = { arm: sweep.armList[0] as ProgramArm, seed: sweep.plan.seeds[0]! };
  const sign = signerOf({ subjects, exact, first }, stagesFolder(programsFolderOf(storage)));
  const say = (message: string): void => options.tell({ kind: 'log', message });
  const classes = await unlessEnded(ended, measureBits(crew, structures, { ended, tell: say, sign }));
  return classes && { classes, structures };
}

/** The bits that are computed here. Of workers on other machines they are measured when those come. */
async function measure(options: Beginner, begun: Begun): Promise<Measured> {
  const { storage, sweepId, fresh, tell } = options;
  const { sweep, crew, identities, data, ended } = begun;
  const structures = structuresOf(sweep.armList, data);
  if (!fresh && isAllDone(storage, sweepId, identities)) return { classes: null, structures };
  if (crew.remote !== null) return { classes: await thoseThere(options, begun, structures), structures };
  const say = (message: string): void => tell({ kind: 'log', message });
  return { classes: await measureBits(crew, structures, { ended, tell: say }), structures };
}

/** Only where seeds of others may be trained anew it has to be known at once who is there. */
async function thoseThere(
  options: Beginner,
  { sweep, crew, data, ended }: Begun,
  structures: Structures,
): Promise<ClassOfCard | null> {
  if (!acceptsOtherBits(options.storage, options.sweepId)) return null;
  const { fingerprintOf } = data;
  const remote = remoteSweepOf(options, { sweep, engine: crew.engine, structures, fingerprintOf }, ended);
  const there = await crew.remote!.gather(remote, ended);
  return new Map(there.map((bits) => [bits.name, bits]));
}

async function readInputs({ armList, plan, folder }: SweepRecord, { tell, patience }: Beginner): Promise<Inputs> {
  const started = performance.now();
  const [data, environment] = await Promise.all([
    readData(armList, plan.seeds[0]!, folder, (message) => tell({ kind: 'log', message })),
    readEnvironment(folder),
  ]);
  patience.noteReading(performance.now() - started);
  return { ...data, environment };
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
  return Promise.race([whenAborted(ended).then(() => null), reading]);
}
