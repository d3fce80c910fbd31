import { planDefinition } from './plan-definition.ts';
import { queueSweep, type SweepRequest } from '../store/sweeps/queue-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import { readDefinitionFile } from './read-definition-file.ts';

type Options = Pick<SweepRequest, 'engine' | 'share' | 'fresh' | 'otherBits' | 'probeSeeds'>;

/**
 * Plans a definition and stores it as a queued sweep. Where the same file has made a sweep before, that sweep is
 * continued.
 */
export async function queueDefinition(storage: Storage, file: string, options: Options): Promise<number> {
  const { text, path, folder } = readDefinitionFile(file);
  const plan = await planDefinition(readDefinition(text, file), folder);
  return queueSweep(storage, { definition: text, definitionPath: path, folder, plan, ...options }).sweepId;
}
