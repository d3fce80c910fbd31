import type { Step } from './engine.ts';
import { cosines, linearLogits } from './losses/cross-entropy.ts';
import type { Model } from './models/model.ts';
import { split } from './state.ts';

/**
 * The network in inference mode: running statistics, no dropout.
 *
 * - state: `weights/…` and `statistics/…`; none is returned, since evaluating changes nothing
 * - batch: `images` [B, height, width, channels]
 * - outputs: `features` [B, d], `logits` [B, C] of the linear head, `cosines` [B, C]
 */
export function buildEvaluationStep(model: Model): Step {
  return (state, batch) => {
    const { weights, statistics } = split(state);
    const features = model.features(batch.images!, {
      weights,
      statistics,
      training: false,
      dropoutMask: null,
      newStatistics: {},
    });
    const [headWeights, headBias] = [weights['head/weights']!, weights['head/bias']!];
    return {
      state: {},
      outputs: {
        features,
        logits: linearLogits(features, headWeights, headBias),
        cosines: cosines(features, headWeights),
      },
    };
  };
}

/** The part of a state that evaluating reads. */
export function inferenceState<T>(state: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => name.startsWith('weights/') || name.startsWith('statistics/')),
  );
}
