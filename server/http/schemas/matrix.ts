import * as z from 'zod';
import type { RunMatrix } from '../../store/reading/read-matrix.ts';
import { count, runState } from './fields.ts';
import { sameShape } from './registry.ts';

export type { RunMatrix };

export const runMatrix = sameShape<RunMatrix>()(
  'RunMatrix',
  'Arms × seeds of a sweep, with the state of each run',
  z.strictObject({
    seeds: z.array(count).describe('its seeds, in the order in which they are trained'),
    rows: z
      .array(
        z.strictObject({
          arm: count.describe('index of the arm'),
          name: z.string().describe('name of the arm'),
          states: z.array(runState).describe('where its run with each seed stands, in the order of the seeds'),
          runs: z.array(z.string()).describe('ids of these runs'),
        }),
      )
      .describe('the arms, in the order of the plan'),
  }),
);
