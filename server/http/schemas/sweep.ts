import * as z from 'zod';
import type {
  ArmScore,
  Failure,
  PathStage,
  Progress,
  StageItem,
  StageList,
  StartResponse,
  SweepDetail,
  SweepItem,
} from '../api.ts';
import {
  armItem,
  armParams,
  batch,
  count,
  maybe,
  metric,
  page,
  runCounts,
  runState,
  sweepState,
  time,
  words,
} from './common.ts';
import { shape } from './registry.ts';

const item = {
  id: z.string(),
  name: z.string(),
  description: words,
  state: sweepState,
  cancelling: z.boolean(),
  metric,
  arms: count,
  seeds: count,
  counts: runCounts,
  createdAt: z.string(),
  queuedAt: z.string(),
  startedAt: time,
  finishedAt: time,
  engine: words,
  batches: count,
  batchesTotal: count,
  probeSeeds: count.nullable(),
  error: words,
};

export const sweepItem = shape<SweepItem>('SweepItem', z.strictObject(item));
export const sweepPage = page('SweepPage', sweepItem);

const progress = shape<Progress>(
  'Progress',
  z.strictObject({ batches: count, batchesTotal: count, runs: count, runsTotal: count, secondsLeft: maybe }),
);

const armScore = shape<ArmScore>(
  'ArmScore',
  z.strictObject({ arm: count, name: z.string(), control: z.boolean(), n: count, mean: z.number(), sd: maybe }),
);

const failure = shape<Failure>(
  'Failure',
  z.strictObject({
    run: z.string(),
    arm: count,
    armName: z.string(),
    seed: count,
    state: z.enum(['failed', 'diverged']),
    reason: words,
  }),
);

export const sweepDetail = shape<SweepDetail>(
  'SweepDetail',
  z.strictObject({
    ...item,
    planHash: z.string(),
    seedList: z.array(count),
    progress,
    best: z.array(armScore),
    failures: z.array(failure),
    armList: z.array(armItem),
    varying: z.array(z.string()),
    metrics: z.array(z.string()),
    definition: z.string(),
    baseFolder: z.string(),
    dropped: z.array(z.strictObject({ constraint: z.string(), count })),
    folded: count,
    confirms: z.strictObject({ sweep: z.string(), arm: count.nullable() }).nullable(),
    confirmations: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  }),
);

const path = { id: z.string(), parent: words, from: batch, to: batch, batch, taken: count, params: armParams };

export const pathStage = shape<PathStage>('PathStage', z.strictObject(path));

const stageItem = shape<StageItem>(
  'StageItem',
  z.strictObject({
    ...path,
    seed: count,
    state: runState,
    runs: z.array(z.string()),
    engine: words,
    worker: count.nullable(),
    seconds: maybe,
    takenSeconds: z.number(),
  }),
);

export const stageList = shape<StageList>(
  'StageList',
  z.strictObject({
    stages: z.array(stageItem),
    trainer: z.strictObject({ pid: count, host: z.string() }).nullable(),
  }),
);

export const startResponse = shape<StartResponse>(
  'StartResponse',
  z.strictObject({ id: z.string(), name: z.string(), state: sweepState }),
);
