import * as z from 'zod';
import type { StageRow } from '../../store/reading/list-stages.ts';
import { armParameters } from './arm.ts';
import { batch, count, maybe, runState, words } from './fields.ts';
import { shape, sameShape } from './registry.ts';

export type { StageRow };

const path = {
  id: z.string().describe('id of the stage'),
  parent: words.describe('id of the stage that it continues; null where it starts at batch 0'),
  from: batch.describe('its first batch'),
  to: batch.describe('the batch before which it ends'),
  batch: batch.describe('everything before this batch is stored'),
  taken: count.describe(
    'how many of its batches were taken from the trunk and not trained again, because no test of the truncation ' +
      'passed in them',
  ),
  params: armParameters.describe('the parameters that are in force in the stage'),
};

export const pathStage = shape(
  'PathStage',
  'A stretch of batches [from, to) trained under one set of effective hyperparameters',
  z.strictObject(path),
);

const stageRow = sameShape<StageRow>()(
  'StageRow',
  'A stage of a sweep: its stretch of batches, and where it stands',
  z.strictObject({
    ...path,
    seed: count.describe('the seed that it is trained with'),
    state: runState.describe('complete once trained to its end; until then the state of the runs that need it'),
    runs: z
      .array(z.string())
      .describe('runs of the sweep whose path goes through it; a stage of several runs is a trunk'),
    engine: words.describe('the engine that trains it; null before it is trained'),
    worker: count
      .nullable()
      .describe('the worker that trains it now, counted from 0; null where it is not being trained'),
    seconds: maybe.describe('seconds that its own batches took; null before any is trained'),
    takenSeconds: z.number().describe('seconds that the trunk spent on the batches that were taken from it'),
  }),
);

export const stageList = shape(
  'StageList',
  'The stage tree of a sweep',
  z.strictObject({
    stages: z.array(stageRow).describe('parents before children'),
    trainer: z
      .strictObject({
        pid: count.describe('its process id'),
        host: z.string().describe('the machine that it runs on'),
      })
      .nullable()
      .describe('the process that trains on this database; null where none does'),
  }),
);
export type StageList = z.output<typeof stageList>;
