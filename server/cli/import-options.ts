import type { ImportSource } from '../sweep/settings.ts';
import { UserError } from '../sweep/user-error.ts';

/** Refuses what has a meaning for another kind of results alone. */
export function refuseOptions(
  path: string,
  from: ImportSource,
  { pattern, study }: { pattern?: string; study?: string },
): void {
  if (pattern !== undefined && from !== 'tensorboard') throw refusal(path, from, '--pattern', 'TensorBoard');
  if (study !== undefined && from !== 'optuna') throw refusal(path, from, '--study', 'Optuna');
}

function refusal(path: string, from: ImportSource, option: string, tool: string): UserError {
  return new UserError(`Cannot import ${path} as ${from}: found ${option}, which is of ${tool}'s results alone`);
}
