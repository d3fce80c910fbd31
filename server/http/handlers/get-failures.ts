import * as z from 'zod';
import { groupFailures, type FailureGroup } from '../../report/table/failure-groups.ts';
import type { Storage } from '../../store/database/storage.ts';
import { listRuns } from '../../store/reading/list-runs.ts';
import { onceARevision } from '../../store/reading/once-a-revision.ts';
import { readArms } from '../../store/reading/read-arms.ts';
import { toArmItem } from '../answers/list-items.ts';
import { varyingParams } from '../answers/sweep-detail.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { failureList } from '../schemas/failures.ts';

export const getFailuresRoute = route({
  method: 'get',
  path: '/sweeps/:id/failures',
  summary: 'What failed and diverged, grouped by cause, with the setting that most of these runs have',
  answeredBy: 'heavy',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: failureList },
  async handle({ storage }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    const groups = onceARevision(storage, sweep, 'failures', () => failuresOf(storage, sweep));
    return { status: 200, body: { groups } };
  },
});

/** The ablation of an arm counts as one of its settings: that of its own is in no parameter. */
function failuresOf(storage: Storage, sweep: number): FailureGroup[] {
  const arms = readArms(storage, sweep);
  const runs = listRuns(storage, sweep, { columns: { metrics: [], deltas: [] } }).items;
  return groupFailures(
    runs.map((run) => ({ ...run, params: { ...run.params, ablation: arms[run.arm]!.ablation } })),
    [...varyingParams(arms.map(toArmItem)), 'ablation'],
  );
}
