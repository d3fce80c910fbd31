import * as z from 'zod';
import type { AblationData, AblationJson, AblationResponse, AblationRow, DisplayCell, DisplayTable } from '../api.ts';
import { count, goal, maybe, paramValue, runState, words } from './common.ts';
import { shape } from './registry.ts';

const row = shape<AblationRow>(
  'AblationRow',
  z.strictObject({
    arm: maybe,
    arms: z.array(count),
    name: z.string(),
    control: z.boolean(),
    ablation: words,
    diverged: count,
    planned: count,
    params: z.record(z.string(), paramValue),
    n: count,
    mean: maybe,
    sd: maybe,
    best: z.boolean(),
    difference: z
      .strictObject({
        control: maybe,
        n: count,
        mean: z.number(),
        low: maybe,
        high: maybe,
        p: maybe,
        pHolm: maybe,
        pMaxT: maybe,
      })
      .nullable(),
    batchesToTarget: z.strictObject({ target: z.number(), median: maybe, reached: count }).nullable(),
    afterSwitch: z.strictObject({ n: count, mean: z.number(), low: maybe, high: maybe }).nullable(),
    worst5: maybe,
    dead: count,
    sameAs: maybe,
    runs: z.array(z.string()).exactOptional(),
  }),
);

const common = {
  sweepId: z.string(),
  name: z.string(),
  at: z.enum(['last', 'best']),
  baseline: words,
  dataHash: words,
};

const data = shape<AblationData>(
  'AblationData',
  z.strictObject({
    ...common,
    metric: z.string(),
    goal,
    test: z.string(),
    correction: z.string(),
    rows: z.array(row),
    missing: z.array(z.strictObject({ arm: count, seed: count, state: runState })),
    note: z.string(),
  }),
);

export const ablationJson = shape<AblationJson>(
  'AblationJson',
  z.union([data, z.strictObject({ ...common, tables: z.array(data) })]),
);

const cell = shape<DisplayCell>(
  'DisplayCell',
  z.strictObject({
    text: z.string(),
    below: z.string().exactOptional(),
    bold: z.boolean().exactOptional(),
    span: count.exactOptional(),
    header: z.boolean().exactOptional(),
  }) as z.ZodType<DisplayCell>,
);

const table = shape<DisplayTable>(
  'DisplayTable',
  z.strictObject({ caption: z.string(), head: z.array(z.array(cell)), body: z.array(z.array(cell)), note: z.string() }),
);

export const ablationResponse = shape<AblationResponse>(
  'AblationResponse',
  z.strictObject({ data: ablationJson, table }),
);
