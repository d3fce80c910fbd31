import * as z from 'zod';
import { count, paramValue, runState, words } from './fields.ts';
import { shape } from './registry.ts';

const diffRow = shape(
  'DiffRow',
  'One thing of two runs',
  z.strictObject({
    name: z.string().describe('such as training.batchSize or last(val/accuracy)'),
    values: z.array(paramValue).length(2).describe('of the first run and of the second; null: it has none'),
    differs: z.boolean().describe('whether the two are different'),
  }),
);
export type DiffRow = z.output<typeof diffRow>;

export const runDiff = shape(
  'RunDiff',
  'Two runs side by side; the same as `cosweep diff --all --json`',
  z.strictObject({
    runs: z
      .array(
        z.strictObject({
          id: z.string().describe('such as r41'),
          arm: words.describe('name of its arm in the newest of its sweeps; null where no sweep refers to it'),
          seed: count.describe('its seed'),
          state: runState.describe('where it stands'),
          sweep: words.describe('id of the newest of its sweeps'),
        }),
      )
      .length(2)
      .describe('the two runs'),
    same: count.describe('how many rows are the same in both'),
    sections: z
      .array(
        z.strictObject({ title: z.string().describe('such as settings'), rows: z.array(diffRow).describe('its rows') }),
      )
      .describe('settings as written, settings in force, data, environment, result, metrics'),
  }),
);
export type RunDiff = z.output<typeof runDiff>;
