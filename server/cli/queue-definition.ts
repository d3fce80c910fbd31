import { existsSync } from 'node:fs';
import type { Storage } from '../store/database/storage.ts';
import { queueSweep, queueUnchanged, type SweepRequest } from '../store/sweeps/queue-sweep.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { planDefinition } from './plan-definition.ts';
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
  const kept = options.fresh === true ? null : queueUnchanged(storage, request);
  if (kept === null) return queueSweep(storage, { ...request, plan: plan ?? (await planFile(file)) }).sweepId;
  await tellNewPlan(storage, kept, say);
  return kept;
}

function planFile({ text, source, folder }: DefinitionFile): Promise<Plan> {
  return planDefinition(readDefinition(text, source), folder);
}
