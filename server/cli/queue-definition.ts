import { existsSync } from 'node:fs';
import { openStorage, type Storage } from '../store/database/storage.ts';
import { queueSweep, queueUnchanged, type SweepRequest } from '../store/sweeps/queue-sweep.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { planDefinition } from './plan-definition.ts';
import { tellNewPlan } from './new-plan.ts';
import type { DefinitionFile } from './read-definition-file.ts';

type Options = Pick<SweepRequest, 'engine' | 'share' | 'fresh' | 'otherBits' | 'probeSeeds'>;

/** A definition, and the database that it is to be trained in. */
export interface OpenedDefinition {
  storage: Storage;
  file: DefinitionFile;
  /** Null where the database was there already: it may hold the definition with its plan. */
  plan: Plan | null;
}

/**
 * Opens the database for a definition, and makes it where there is none. A definition that has mistakes leaves no
 * database behind.
 */
export async function openForDefinition(db: string, file: DefinitionFile): Promise<OpenedDefinition> {
  const plan = existsSync(db) ? null : await planFile(file);
  return { storage: await openStorage({ file: db, create: true }), file, plan };
}

/**
 * Stores a definition as a queued sweep. Where the same file has made a sweep before, that sweep is continued: as it
 * was planned then, where the definition is unchanged.
 *
 * @param say takes the sentence that tells what a new plan would do differently
 */
export async function queueDefinition(
  { storage, file, plan }: OpenedDefinition,
  options: Options,
  say: (text: string) => void,
): Promise<number> {
  const request = { definition: file.text, definitionPath: file.path, folder: file.folder, ...options };
  const kept = options.fresh === true ? null : queueUnchanged(storage, request);
  if (kept === null) return queueSweep(storage, { ...request, plan: plan ?? (await planFile(file)) }).sweepId;
  await tellNewPlan(storage, kept, say);
  return kept;
}

function planFile({ text, source, folder }: DefinitionFile): Promise<Plan> {
  return planDefinition(readDefinition(text, source), folder);
}
