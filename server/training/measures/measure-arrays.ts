import type { Evaluation } from '../evaluate.ts';
import { crossEntropy, predict } from './classification.ts';
import { measure, type Place, type Seen } from './measure.ts';

/** What somebody else's network gave for a part of the data, row by row. */
export interface Arrays extends Omit<Seen, 'predictions'> {
  /** n × classes; the largest is the prediction. */
  logits: Float32Array | Float64Array;
}

/** Measures arrays as an evaluation of one of Cosweep's own networks is measured, as far as arrays tell. */
export function measureArrays({ logits, ...seen }: Arrays, place: Place): Evaluation {
  const { labels, classes } = seen;
  const predictions = predict(logits, labels.length, classes);
  const measured = measure({ ...seen, predictions }, place, { crossEntropy: crossEntropy(logits, labels, classes, 1) });
  return { ...measured, confused: null }; // nobody has the images
}
