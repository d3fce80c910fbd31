import * as z from 'zod';
import { wholeNumber } from '../parameters.ts';
import { batch, count, maybe } from './fields.ts';
import { shape } from './registry.ts';

export const evaluatedPart = z
  .enum(['val', 'test'])
  .describe('`val`: the validation part; `test`: the test part, which is evaluated at the end of a run alone');
export type EvaluatedPart = z.output<typeof evaluatedPart>;

/** Which evaluation of a run is asked for. */
export const evaluationQuery = z.strictObject({
  batch: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().describe('batch of the evaluation; default: the last one'),
  part: evaluatedPart.optional(),
});

const ofEvaluation = batch.describe('batch of the evaluation');

export const confusionMatrix = shape(
  'ConfusionMatrix',
  'How often an evaluation took images of each class for each class',
  z.strictObject({
    batch: ofEvaluation,
    counts: z.array(z.array(count)).describe('counts[true class][predicted class]'),
  }),
);
export type ConfusionMatrix = z.output<typeof confusionMatrix>;

export const confusedClasses = shape(
  'ConfusedClasses',
  'The pairs of classes that an evaluation confused most',
  z.strictObject({
    batch: ofEvaluation,
    part: evaluatedPart,
    shape: z
      .array(count)
      .length(3)
      .nullable()
      .describe('[height, width, channels] of the images; null where the evaluation kept none'),
    pairs: z
      .array(
        z.strictObject({
          actual: count.describe('the true class'),
          predicted: count.describe('the class that its images were taken for'),
          count: count.describe('how many images were'),
          images: z
            .array(
              z.strictObject({
                index: count.describe('which image of the part, from 0'),
                pixels: z.string().describe('bytes of height × width × channels in base64, channels last'),
              }),
            )
            .describe('the first of these images, at most six'),
        }),
      )
      .describe('at most ten, most images first'),
  }),
);
export type ConfusedClasses = z.output<typeof confusedClasses>;

export const featureProjection = shape(
  'FeatureProjection',
  'A fixed sample of validation features in two dimensions',
  z.strictObject({
    batch: ofEvaluation,
    x: z.array(maybe).describe('first coordinates; null where a feature was not finite'),
    y: z.array(maybe).describe('second coordinates; null where a feature was not finite'),
    labels: z.array(count).describe('true classes'),
  }),
);
export type FeatureProjection = z.output<typeof featureProjection>;
