import * as z from 'zod';
import { groupFailures } from '../../report/table/failure-groups.ts';
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
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: failureList },
  async handle({ storage }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    const groups = onceARevision(storage, sweep, 'failures', () =>
      groupFailures(
        listRuns(storage, sweep, { columns: { metrics: [], deltas: [] } }).items,
        varyingParams(readArms(storage, sweep).map(toArmItem)),
      ),
    );
    return { status: 200, body: { groups } };
  },
});
