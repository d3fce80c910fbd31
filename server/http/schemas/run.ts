import * as z from 'zod';
import type { ConfusionMatrix, Projection, RunDetail, RunRow } from '../api.ts';
import { armItem, armParams, batch, count, maybe, metricSummary, page, runState, time, words } from './common.ts';
import { shape } from './registry.ts';
import { pathStage } from './sweep.ts';

const metrics = z.record(z.string(), metricSummary);

const runRow = shape<RunRow>(
  'RunRow',
  z.strictObject({
    id: z.string(),
    arm: count,
    armName: z.string(),
    control: z.boolean(),
    seed: count,
    state: runState,
    error: words,
    engine: words,
    seconds: maybe,
    batch,
    batches: count,
    reused: z.boolean(),
    startedAt: time,
    finishedAt: time,
    params: armParams,
    metrics,
  }),
);

export const runPage = page('RunPage', runRow);

export const confusionMatrix = shape<ConfusionMatrix>(
  'ConfusionMatrix',
  z.strictObject({ batch, counts: z.array(z.array(count)) }),
);

export const projection = shape<Projection>(
  'Projection',
  z.strictObject({ batch, x: z.array(maybe), y: z.array(maybe), labels: z.array(count) }),
);

/** The settings themselves are described by `sweeps/sweep.schema.json`. */
const config = z.custom<NonNullable<RunDetail['config']>>(
  (value) => typeof value === 'object' && value !== null && 'loss' in value && 'training' in value,
);

export const runDetail = shape<RunDetail>(
  'RunDetail',
  z.strictObject({
    id: z.string(),
    sweeps: z.array(z.strictObject({ id: z.string(), name: z.string(), arm: count, armName: z.string() })),
    arm: armItem.nullable(),
    seed: count,
    state: runState,
    error: words,
    metrics,
    stages: z.array(pathStage),
    batch,
    batches: count,
    divergedBatch: maybe,
    intraDead: z.boolean().nullable(),
    engine: words,
    device: words,
    versions: z.record(z.string(), z.string()),
    gitCommit: words,
    dataFingerprint: words,
    config: config.nullable(),
    startedAt: time,
    finishedAt: time,
    durations: z.strictObject({ training: maybe, evaluation: maybe }),
    controlRun: words,
    classes: z.array(z.string()).nullable(),
    evaluations: z.array(z.strictObject({ batch, confusion: z.boolean(), projection: z.boolean() })),
    confusion: confusionMatrix.nullable(),
    projection: projection.nullable(),
  }),
);
