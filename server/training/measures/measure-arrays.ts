import type { Evaluation } from '../evaluate.ts';
import { accuracy, confusionMatrix, crossEntropy, macroF1, mostConfusedError, predict } from './classification.ts';
import { featureSpace } from './feature-space.ts';
import { isProjected, project } from './projection.ts';

/** What somebody else's network gave for a part of the data, row by row. */
export interface Arrays {
  /** n × d */
  features: Float32Array | Float64Array;
  /** n × classes; the largest is the prediction. */
  logits: Float32Array | Float64Array;
  /** n whole numbers below `classes` */
  labels: Int32Array;
  d: number;
  classes: number;
}

/** Measures arrays as an evaluation of one of Cosweep's own networks is measured, as far as arrays tell. */
export function measureArrays(
  { features, logits, labels, d, classes }: Arrays,
  { batch, part, batches, evalEvery }: { batch: number; part: 'val' | 'test'; batches: number; evalEvery: number },
): Evaluation {
  const predictions = predict(logits, labels.length, classes);
  const confusion = confusionMatrix(labels, predictions, classes);
  const metrics = {
    accuracy: accuracy(confusion),
    macroF1: macroF1(confusion),
    mostConfusedError: mostConfusedError(confusion),
    crossEntropy: crossEntropy(logits, labels, classes, 1),
    ...featureSpace(features, labels, predictions, d, classes),
  };
  return {
    batch,
    part,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${part}/${name}`, value])),
    confusion,
    projection: part === 'val' && isProjected({ batches, evalEvery }, batch) ? project(features, labels, d) : null,
    confused: null, // nobody has the images
  };
}
