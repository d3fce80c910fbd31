import * as tf from '@tensorflow/tfjs-core';
import type { LossSettings } from '../sweep/settings.ts';
import type { Dataset, Part } from './dataset.ts';
import { evaluationBatches } from './datasets/batch.ts';
import type { CompiledStep, Tensors } from './engine.ts';
import { inferenceState } from './evaluation-step.ts';
import { accuracy, confusionMatrix, crossEntropy, macroF1, mostConfusedError, predict } from './measures/classification.ts';
import { featureSpace } from './measures/feature-space.ts';
import { project, type Projection } from './measures/projection.ts';

/** What one evaluation finds, all numbers in float64. */
export interface Evaluation {
  /** Optimiser steps taken. */
  batch: number;
  part: 'val' | 'test';
  /** By full name (`val/accuracy`). */
  metrics: Record<string, number>;
  /** Rows are true classes. */
  confusion: number[][];
  projection: Projection;
}

/** How a network predicts. */
export interface Prediction {
  /** By the cosines instead of the linear head. */
  cosine: boolean;
  loss: Pick<LossSettings, 's' | 'crossEntropyHead'>;
}

/** About so many images are evaluated at once: beyond that nothing is gained. */
const IMAGES_AT_ONCE = 256;

/** How many images of a part with this many are evaluated at once, so that the last batch is nearly full too. */
export function evaluationBatchSize(count: number): number {
  return Math.ceil(count / Math.ceil(count / IMAGES_AT_ONCE));
}

/**
 * Runs the network over a part of the data set and measures it. The engine gives features and logits; everything else is
 * computed here, so that a share of correct images is exact and ties stay ties.
 */
export async function evaluate(
  step: CompiledStep, state: Tensors, dataset: Dataset, part: 'val' | 'test', batchSize: number, prediction: Prediction, batch: number,
): Promise<Evaluation> {
  const images = part === 'val' ? dataset.validation : dataset.test!;
  const { features, logits, cosines } = await infer(step, state, dataset, images, batchSize);
  const { labels, count } = images;
  const classes = dataset.classes.length;
  const d = features.length / count;
  const linear = predict(logits, count, classes);
  const cosine = predict(cosines, count, classes);
  const predictions = prediction.cosine ? cosine : linear;
  const confusion = confusionMatrix(labels, predictions, classes);
  const metrics = {
    accuracy: accuracy(confusion),
    accuracyLinear: accuracy(confusionMatrix(labels, linear, classes)),
    accuracyCosine: accuracy(confusionMatrix(labels, cosine, classes)),
    macroF1: macroF1(confusion),
    mostConfusedError: mostConfusedError(confusion),
    crossEntropy:
      prediction.loss.crossEntropyHead === 'linear'
        ? crossEntropy(logits, labels, classes, 1)
        : crossEntropy(cosines, labels, classes, prediction.loss.s),
    ...featureSpace(features, labels, predictions, d, classes),
  };
  return {
    batch,
    part,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${part}/${name}`, value])),
    confusion,
    projection: project(features, labels, d),
  };
}

interface Inferred {
  features: Float32Array;
  logits: Float32Array;
  cosines: Float32Array;
}

async function infer(step: CompiledStep, state: Tensors, dataset: Dataset, part: Part, batchSize: number): Promise<Inferred> {
  const inference = inferenceState(state);
  const rows: { [name in keyof Inferred]: Float32Array[] } = { features: [], logits: [], cosines: [] };
  for (const { images, count } of evaluationBatches(dataset, part, batchSize)) {
    const input = { images: tf.tensor(images, [batchSize, ...dataset.shape]) };
    const { outputs } = step.run(inference, input, {});
    for (const name of ['features', 'logits', 'cosines'] as const) {
      const values = (await outputs[name]!.data()) as Float32Array;
      rows[name].push(values.slice(0, (values.length / batchSize) * count));
    }
    tf.dispose([input, outputs]);
  }
  return { features: concat(rows.features), logits: concat(rows.logits), cosines: concat(rows.cosines) };
}

function concat(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
