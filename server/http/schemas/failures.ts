import * as z from 'zod';
import type { FailureGroup } from '../../report/table/failure-groups.ts';
import { batch, count, paramValue } from './fields.ts';
import { sameShape, shape } from './registry.ts';

const failureGroup = sameShape<FailureGroup>()(
  'FailureGroup',
  'Runs that ended badly in the same way',
  z.strictObject({
    state: z.enum(['failed', 'diverged']).describe('how they ended'),
    cause: z.string().describe('the reason that they share; numbers in which they differ are left out'),
    runs: z.array(z.string()).describe('their ids'),
    from: batch.describe('the first batch at which one of them ended'),
    to: batch.describe('the last one'),
    setting: z
      .strictObject({
        name: z.string().describe('key of the parameter'),
        value: paramValue.describe('its value'),
        bad: count.describe('runs of this group with that value'),
        all: count.describe('all runs with that value'),
      })
      .nullable()
      .describe('what most of them have, where runs with it end so more often; null where no setting stands out'),
  }),
);

export const failureList = shape(
  'FailureList',
  'What failed and diverged in a sweep, by cause',
  z.strictObject({ groups: z.array(failureGroup).describe('the largest first') }),
);
export type FailureList = z.output<typeof failureList>;
