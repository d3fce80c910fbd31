import * as z from 'zod';
import type { LossSettings, TrainingSettings } from '../../sweep/settings.ts';
import { armItem, armParameters } from './arm.ts';
import { confusionMatrix, featureProjection } from './evaluation.ts';
import { batch, count, maybe, runState, time, words } from './fields.ts';
import { mark } from './mark.ts';
import { metricList, runMetrics } from './metric.ts';
import { page } from './page.ts';
import { shape } from './registry.ts';
import { pathStage } from './stage.ts';
import { usage } from './usage.ts';

/** What the row of a run and its own page have in common. */
const common = {
  id: z.string().describe('such as r41'),
  seed: count.describe('its seed'),
  state: runState.describe('where the run stands'),
  error: words.describe('why it failed, or where it diverged; null where it did neither'),
  engine: words.describe('the engine that trained it; null before it is trained'),
  batch: batch.describe('batches trained so far, of `batches`'),
  batches: count.describe('batches of the whole run'),
  startedAt: time.nullable().describe('when its training began; null before'),
  finishedAt: time.nullable().describe('when its training ended; null before'),
  metrics: runMetrics,
  mark: mark.describe('what is remembered of the run, in every sweep that refers to it'),
};

const runRow = shape(
  'RunRow',
  'A run as the list of the runs of a sweep shows it',
  z.strictObject({
    ...common,
    arm: count.describe('index of its arm'),
    armName: z.string().describe('name of its arm'),
    control: z.boolean().describe('true where its arm has no intra-class phase'),
    seconds: maybe.describe('seconds of training, evaluations included; null before it has trained'),
    reused: z.boolean().describe('true where another sweep had already completed it'),
    deltas: z
      .record(z.string(), maybe)
      .describe(
        'difference to the control of the same seed, by the name of the metric; there where a column ' +
          '`delta:METRIC` asks for it; null until both runs are complete',
      ),
    params: armParameters.describe('the parameters of its arm as they are in force'),
  }),
);
export type RunRow = z.output<typeof runRow>;

export const runList = page('RunList', 'One page of the runs of a sweep', runRow);
export type RunList = z.output<typeof runList>;

/** The settings themselves are described by `sweeps/sweep.schema.json`. */
const config = z.custom<{ loss: LossSettings; training: TrainingSettings }>(
  (value) => typeof value === 'object' && value !== null && 'loss' in value && 'training' in value,
);

export const runDetail = shape(
  'RunDetail',
  'A run as its own page shows it',
  z.strictObject({
    ...common,
    sweeps: z
      .array(
        z.strictObject({
          id: z.string().describe('id of the sweep'),
          name: z.string().describe('name of the sweep'),
          arm: count.describe('index of the arm that the run has there'),
          armName: z.string().describe('name of that arm'),
        }),
      )
      .describe('the sweeps that refer to it: a run is what was computed, not who asked for it'),
    arm: armItem
      .nullable()
      .describe('its arm as the newest of its sweeps has it; null where no sweep refers to it any more'),
    stages: z.array(pathStage).describe('its path through the stage tree'),
    divergedBatch: maybe.describe('the first batch whose total was not finite; null where there is none'),
    intraDead: z
      .boolean()
      .nullable()
      .describe('true where the truncated term was 0 from N to the end; null where the phase was not in force'),
    device: words.describe('what the engine computed on'),
    versions: z
      .record(z.string(), z.string())
      .describe('versions of Cosweep and of the libraries that trained it, by their names'),
    bits: words.describe(
      'signature of the bits that its machine computes, 64 hex digits: runs whose signatures differ were rounded ' +
        'differently; null where it is unknown',
    ),
    gitCommit: words.describe(
      'commit that was checked out in the folder of the sweep; null where the folder is in no repository',
    ),
    environment: z
      .strictObject({
        node: z.string().describe('version of Node'),
        os: z.string().describe('operating system, its release and the architecture'),
        processor: z.string().describe('model of the processor'),
        cores: count.describe('logical cores'),
        memory: count.describe('bytes of the machine'),
        packages: words.describe('SHA-256 of the list of installed packages; null where there is none'),
        git: z
          .strictObject({
            commit: z.string().describe('the commit'),
            dirty: z.boolean().nullable().describe('whether something differed from it; null where git did not say'),
            diff: words.describe('of tracked files; of a long one the head and the tail; null where git did not say'),
          })
          .nullable()
          .describe("of the folder of the sweep's definition; null where it is in no repository"),
      })
      .nullable()
      .describe('what it was trained in; null where nothing is known'),
    dataFingerprint: words.describe('hash of the data that it was trained on; null before it is trained'),
    config: config
      .nullable()
      .describe(
        'resolved settings of loss and training, defaults filled in, as sweeps/sweep.schema.json ' +
          'describes them; null where no sweep refers to the run any more',
      ),
    durations: z
      .strictObject({
        training: maybe.describe('seconds of training steps'),
        evaluation: maybe.describe('seconds of evaluations'),
      })
      .describe('where the time went; null before it has trained'),
    usage: usage
      .nullable()
      .describe('what training it used from batch 0 on, stages that it shares in full; null where nothing is known'),
    controlRun: words.describe(
      'id of the run without the intra-class phase, with the same everything else and the same seed; ' +
        'null where there is none',
    ),
    metricList,
    terms: z
      .array(
        z.strictObject({
          metric: z.string().describe('the metric that records the term'),
          weight: z.number().describe('what it is multiplied by in the loss'),
          symbol: z.string().describe('the weight as it is written, such as α'),
          from: batch.describe('the first batch in which it is in force'),
        }),
      )
      .describe('the terms of its loss that are ever in force; empty where no sweep refers to the run any more'),
    classes: z
      .array(z.string())
      .nullable()
      .describe('names of the classes by index; null where the data set does not name them'),
    evaluations: z
      .array(
        z.strictObject({
          batch: batch.describe('batch of the evaluation'),
          confusion: z.boolean().describe('whether it has a confusion matrix'),
          testConfusion: z.boolean().describe('whether it has one of the test part'),
          projection: z.boolean().describe('whether it has a projection'),
        }),
      )
      .describe('batches whose confusion matrix or projection can be asked for, oldest first'),
    confusion: confusionMatrix.nullable().describe('the last confusion matrix'),
    projection: featureProjection.nullable().describe('the last projection'),
  }),
);
export type RunDetail = z.output<typeof runDetail>;
