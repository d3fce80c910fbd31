import { existsSync } from 'node:fs';
import type { Storage } from '../store/database/storage.ts';
import { adoptSweep } from '../store/sweeps/adopt-sweep.ts';
import { readOutstanding } from '../store/sweeps/queue.ts';
import {
  findUnchanged,
  queueSweep,
  queueUnchanged,
  sweepOfDefinition,
  type SweepRequest,
} from '../store/sweeps/queue-sweep.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { isProgramEngine } from '../sweep/program-engine.ts';
import { isProgram } from '../sweep/settings.ts';
import { refuseChangedProgram } from './changed-program.ts';
import { planDefinition } from './plan-definition.ts';
import { planFor } from './plan-text.ts';
import { tellNewPlan } from './new-plan.ts';
import { type DefinitionFile, readDefinitionFile } from './read-definition-file.ts';

type Options = Pick<SweepRequest, 'engine' | 'share' | 'fresh' | 'otherBits' | 'probeSeeds'>;

/** A definition that is to be trained, and what is known of its plan. */
export interface WantedDefinition {
  file: DefinitionFile;
  /** Null where there is a database already: it may hold the definition with its plan. */
  plan: Plan | null;
}

/**
 * Reads a definition for a database. Where there is no database yet the definition is planned at once, so that one with
 * mistakes leaves none behind.
 *
 * @param path a path, or `-` for the standard input
 */
export async function readWanted(db: string, path: string): Promise<WantedDefinition> {
  const file = await readDefinitionFile(path);
  return { file, plan: existsSync(db) ? null : await planFile(file) };
}

/**
 * Stores a definition as a queued sweep. Where the same file has made a sweep before, that sweep is continued: as it
 * was planned then, where the definition is unchanged.
 *
 * @param say takes the sentence that tells what a new plan would do differently
 */
export async function queueDefinition(
  storage: Storage,
  { file, plan }: WantedDefinition,
  options: Options,
  say: (text: string) => void,
): Promise<number> {
  const request = { definition: file.text, definitionPath: file.path, folder: file.folder, ...options };
  const isFresh = options.fresh === true;
  const unchanged = isFresh ? null : findUnchanged(storage, request);
  if (unchanged !== null) await refuseChangedProgram(storage, unchanged);
  const kept = unchanged === null ? null : queueUnchanged(storage, request);
  if (kept === null) return queuePlanned(storage, request, plan ?? (await planFile(file)), file);
  await tellNewPlan(storage, kept, say);
  if (isProgramEngine(readOutstanding(storage, kept).engine)) await trustAsWritten(storage, file);
  return kept;
}

async function queuePlanned(
  storage: Storage,
  request: Omit<SweepRequest, 'plan'>,
  plan: Plan,
  { text, source, folder }: DefinitionFile,
): Promise<number> {
  adoptSweep(storage, request, plan);
  const training = plan.arms[0]!.training;
  if (!isProgram(training)) return queueSweep(storage, { ...request, plan }).sweepId;
  const before = request.fresh === true ? null : sweepOfDefinition(storage, { ...request, plan });
  if (before !== null) await refuseChangedProgram(storage, before, { program: training.program, folder });
  // Planned once more, so that the copy that is kept is the one that was planned.
  const kept = await planFor(storage, source)(text, folder);
  return queueSweep(storage, { ...request, plan: kept }).sweepId;
}

/** What the file says is its user's own; what the database holds under this name may say something else. */
async function trustAsWritten(storage: Storage, { text, source, folder }: DefinitionFile): Promise<void> {
  await planFor(storage, source)(text, folder);
}

function planFile({ text, source, folder }: DefinitionFile): Promise<Plan> {
  return planDefinition(readDefinition(text, source), folder);
}
