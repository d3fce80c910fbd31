import { join } from 'node:path';
import type { Storage } from '../../store/database/storage.ts';
import { finalWeights } from '../../store/reading/final-weights.ts';
import type { RunRecord } from '../../store/reading/read-run.ts';
import { unkeptWeights, type UnkeptBy } from '../../store/reading/unkept-weights.ts';
import { UserError } from '../../sweep/user-error.ts';
import { readCheckpoint } from './checkpoint-files.ts';

/** The checkpoint of a complete run's end; throws a `UserError` where there is none. */
export async function readFinalState(storage: Storage, runId: number, run: RunRecord): Promise<Uint8Array> {
  if (run.state !== 'complete') throw refusal(run, whyUnfinished(run));
  const point = finalWeights(storage, runId);
  const bytes = point && (await readCheckpoint(storage.checkpointFolder, point));
  if (bytes) return bytes;
  const unkept = point ? null : unkeptWeights(storage, runId);
  if (unkept) throw refusal(run, whyUnkept(run, unkept));
  const what = point
    ? `its checkpoint ${join(storage.checkpointFolder, point.file)} is lost or damaged`
    : 'the database has no checkpoint of its end any more';
  throw refusal(run, `${what}; \`cosweep run ${run.sweeps.at(-1)?.id ?? 'SWEEP'} --fresh\` trains its sweep anew`);
}

function whyUnfinished({ state, batch, batches, divergedBatch, sweeps }: RunRecord): string {
  if (state === 'diverged')
    return `it diverged at batch ${divergedBatch}, so that it has no final weights; wanted a complete run`;
  const sweep = sweeps.at(-1)?.id ?? 'SWEEP';
  return (
    `it is ${state}, at batch ${batch} of ${batches}; ` +
    `wanted a complete run (\`cosweep run ${sweep}\` continues its sweep)`
  );
}

function whyUnkept(run: RunRecord, { sweep, keepWeights, best }: UnkeptBy): string {
  const instead = best === null || best === run.id ? '' : `, here ${best}`;
  const kept = keepWeights === 'none' ? 'of none of its runs' : `of the best run of each arm alone${instead}`;
  return (
    `its final weights were not kept, since ${sweep} keeps those ${kept} (--keep-weights ${keepWeights}); ` +
    `\`cosweep run ${sweep} --fresh --keep-weights all\` trains that sweep anew`
  );
}

/** Why the weights of a run cannot be written. */
export function refusal({ id }: RunRecord, found: string): UserError {
  return new UserError(`Cannot write the weights of ${id}: ${found}`);
}
