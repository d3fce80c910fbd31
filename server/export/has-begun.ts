import type { ListedRun } from '../store/reading/list-runs.ts';

/** Whether there is anything to say of a run elsewhere. One may have a trunk before it starts itself. */
export function hasBegun({ batch, startedAt }: Pick<ListedRun, 'batch' | 'startedAt'>): boolean {
  return batch > 0 || startedAt !== null;
}
