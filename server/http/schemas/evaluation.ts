import * as z from 'zod';
import { batch, count, maybe } from './fields.ts';
import { shape } from './registry.ts';

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
