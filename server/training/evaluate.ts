import * as tf from '@tensorflow/tfjs-core';
import type { Part } from './dataset.ts';
import type { Tensors } from './engine.ts';
import { inferenceState } from './evaluation-step.ts';
import { accuracy, confusionMatrix, crossEntropy, predict } from './measures/classification.ts';
import { confusedImages, type ConfusedImages } from './measures/confused-images.ts';
import { measure, type Measured } from './measures/measure.ts';
import { structureAt, type Network } from './network.ts';
import type { StepCache } from './step-cache.ts';
import { predictionIsCosine } from './step.ts';

/** What one evaluation finds. */
export interface Evaluation extends Measured {
  /** At the end of a run; else null. */
  confused: ConfusedImages | null;
}

/**
 * How many images are evaluated at once. The number is chosen so that the last batch of the validation part is nearly
 * full too; the test part takes the same number. Larger images are taken fewer at a time, down to the size of a
 * training batch, which is known to fit.
 *
 * @param atOnce images of 32 × 32 pixels
 */
function evaluationBatchSize(
  {
    dataset: {
      validation: { count },
      shape: [height, width],
    },
    settings: { training },
  }: Network,
  atOnce: number,
): number {
  const most = Math.min(atOnce, Math.max(training.batchSize, Math.floor((atOnce * 32 * 32) / (height * width))));
  return Math.ceil(count / Math.ceil(count / most));
}

/**
 * Runs the network over a part of the data set and measures it. The engine gives features and logits; everything else
 * is computed here, so that a share of correct images is exact and ties stay ties.
 *
 * @param onAlive is called between two batches
 */
export async function evaluate(
  steps: StepCache,
  network: Network,
  state: Tensors,
  part: 'val' | 'test',
  batch: number,
  onAlive: () => void = () => {},
): Promise<Evaluation> {
  const {
    dataset,
    settings: { loss, training },
  } = network;
  const images = part === 'val' ? dataset.validation : dataset.test!;
  const { features, logits, cosines } = await infer(steps, network, state, images, onAlive);
  const { labels, count } = images;
  const classes = dataset.classes.length;
  const d = features.length / count;
  const linear = predict(logits, count, classes);
  const cosine = predict(cosines, count, classes);
  const predictions = predictionIsCosine(structureAt(network, 0)) ? cosine : linear;
  const { batches, evalEvery } = training;
  const measured = measure(
    { features, labels, predictions, d, classes },
    { batch, part, batches, evalEvery },
    {
      heads: {
        accuracyLinear: accuracy(confusionMatrix(labels, linear, classes)),
        accuracyCosine: accuracy(confusionMatrix(labels, cosine, classes)),
      },
      crossEntropy:
        loss.crossEntropyHead === 'linear'
          ? crossEntropy(logits, labels, classes, 1)
          : crossEntropy(cosines, labels, classes, loss.s),
    },
  );
  const confused = batch === batches ? confusedImages(dataset, images, predictions, measured.confusion) : null;
  return { ...measured, confused };
}

interface Inferred {
  features: Float32Array;
  logits: Float32Array;
  cosines: Float32Array;
}

/**
 * Results are read at the end, so that a GPU need not wait between batches. But a GPU is not given more batches ahead
 * than while training.
 */
async function infer(
  steps: StepCache,
  network: Network,
  state: Tensors,
  part: Part,
  onAlive: () => void,
): Promise<Inferred> {
  const batchSize = evaluationBatchSize(network, steps.imagesAtOnce);
  const step = steps.evaluation(network, part, batchSize);
  const inference = inferenceState(state);
  const results: Tensors[] = [];
  for (let start = 0; start < part.count; start += batchSize) {
    const batch = steps.evaluationBatch(network, part, start, batchSize);
    results.push(step.run(inference, batch, {}).outputs);
    tf.dispose(batch);
    onAlive();
    if (steps.batchesAhead > 1 && results.length % steps.batchesAhead === 0) await results.at(-1)!.features!.data();
  }
  const [features, logits, cosines] = await Promise.all([
    rows(
      results.map((outputs) => outputs.features!),
      part.count,
    ),
    rows(
      results.map((outputs) => outputs.logits!),
      part.count,
    ),
    rows(
      results.map((outputs) => outputs.cosines!),
      part.count,
    ),
  ]);
  tf.dispose(results);
  return { features, logits, cosines };
}

/** The first `count` rows of tensors that follow each other. */
async function rows(tensors: tf.Tensor[], count: number): Promise<Float32Array> {
  const width = tensors[0]!.shape[1]!;
  const whole = new Float32Array(count * width);
  let at = 0;
  for (const values of await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()))) {
    whole.set(values.subarray(0, whole.length - at), at);
    at += values.length;
  }
  return whole;
}
