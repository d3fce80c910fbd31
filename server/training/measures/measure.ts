import { accuracy, confusionMatrix, macroF1, mostConfusedError } from './classification.ts';
import { featureSpace } from './feature-space.ts';
import { isProjected, project, type Projection } from './projection.ts';

/** What an evaluation saw, row by row. */
export interface Seen {
  /** n × d */
  features: Float32Array | Float64Array;
  /** n whole numbers below `classes` */
  labels: Int32Array;
  predictions: Int32Array;
  d: number;
  classes: number;
}

/** Which evaluation it is, and how long its run is. */
export interface Place {
  batch: number;
  part: 'val' | 'test';
  batches: number;
  evalEvery: number;
}

/** What an evaluation finds, all numbers in float64. */
export interface Measured {
  /** Optimiser steps taken. */
  batch: number;
  part: 'val' | 'test';
  /** By full name (`val/accuracy`). */
  metrics: Record<string, number>;
  /** Rows are true classes. */
  confusion: number[][];
  /** Of the validation part, in a few of its evaluations; else null. */
  projection: Projection | null;
}

/**
 * Measures an evaluation, whoever ran the network.
 *
 * @param heads what is known of single heads, by name
 */
export function measure(
  { features, labels, predictions, d, classes }: Seen,
  { batch, part, batches, evalEvery }: Place,
  { heads = {}, crossEntropy }: { heads?: Record<string, number>; crossEntropy: number },
): Measured {
  const confusion = confusionMatrix(labels, predictions, classes);
  const metrics = {
    accuracy: accuracy(confusion),
    ...heads,
    macroF1: macroF1(confusion),
    mostConfusedError: mostConfusedError(confusion),
    crossEntropy,
    ...featureSpace(features, labels, predictions, d, classes),
  };
  return {
    batch,
    part,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${part}/${name}`, value])),
    confusion,
    projection: part === 'val' && isProjected({ batches, evalEvery }, batch) ? project(features, labels, d) : null,
  };
}
