import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel } from './native-kernel.ts';

/**
 * −log softmax(z_i)[y_i] of every sample; its gradient with respect to z is softmax(z) − [j = y_i].
 *
 * The gradient is written out here, because the one that TensorFlow.js derives takes four operations more. An engine
 * may have a kernel `SoftmaxCrossEntropy` ({logits, oneHot} → losses [B], gradient [B, C]) that gives both at once.
 *
 * With logits (0, 0) and either label: ln 2 = 0.6931, gradient ±½.
 *
 * @param logits z, [B, C]
 * @param oneHot one-hot rows of the labels y, [B, C]; a constant
 * @returns [B]
 */
export function softmaxCrossEntropy(logits: Tensor, oneHot: Tensor): Tensor {
  const compute = nativeKernel('SoftmaxCrossEntropy') ?? composed;
  const withGradient = tf.customGrad((logits, save) => {
    const [losses, gradient] = compute({ logits: logits as Tensor, oneHot });
    (save as (tensors: Tensor[]) => void)([gradient!]);
    return { value: losses!, gradFunc: (dy, [gradient]) => tf.mul(tf.expandDims(dy as Tensor, 1), gradient!) };
  });
  return withGradient(logits);
}

function composed({ logits, oneHot }: Record<string, Tensor>): Tensor[] {
  const logSoftmax = tf.logSoftmax(logits!); // [B, C]
  return [tf.neg(tf.sum(tf.mul(oneHot!, logSoftmax), 1)), tf.sub(tf.exp(logSoftmax), oneHot!)];
}
