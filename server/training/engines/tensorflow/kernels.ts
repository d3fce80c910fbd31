import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NativeBackend, OperationAttribute } from './binding.ts';

/**
 * TensorFlow's own operations in the place of compositions of TensorFlow.js: biases and their gradients, softmax
 * cross-entropy, gradients of relu and of batch norm. They are registered under the names by which the files of `ops`
 * look for them.
 */
export function registerKernels(): void {
  register('AddBias', ({ x, bias }, _, backend) => [
    backend.executeSingleOutput('BiasAdd', biasAttributes(backend), [x!, bias!]),
  ]);
  register('AddBiasGrad', ({ dy }, _, backend) => {
    // Summed as a matrix: for images TensorFlow would make the sum part of the convolution's gradient of its kernel,
    // where oneDNN takes five times as long.
    const rows = tf.reshape(dy!, [-1, dy!.shape.at(-1)!]);
    const sums = backend.executeSingleOutput('BiasAddGrad', biasAttributes(backend), [rows]);
    rows.dispose();
    return [sums];
  });
  register('ReluGrad', ({ dy, y }, _, backend) => [
    backend.executeSingleOutput('ReluGrad', [typeOf(backend)], [dy!, y!]),
  ]);

  register('RowsOf', ({ x, indices }, _, backend) => {
    const axis = tf.scalar(0, 'int32');
    const rows = backend.executeSingleOutput('GatherV2', gatherAttributes(backend), [x!, indices!, axis]);
    axis.dispose();
    return [rows];
  });

  register('SoftmaxCrossEntropy', ({ logits, oneHot }, _, backend) =>
    backend.executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', [typeOf(backend)], [logits!, oneHot!], 2),
  );

  register('BatchNormTraining', ({ x, gamma, beta }, { epsilon }, backend) => {
    const none = tf.tensor1d([]); // running statistics, which training does not read
    const outputs = backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      batchNormAttributes(backend, epsilon!),
      [x!, gamma!, beta!, none, none],
      6,
    );
    none.dispose();
    return outputs; // y, mean, unbiased variance, then three that the gradient wants back
  });

  register('BatchNormTrainingGrad', ({ dy, x, gamma, saved0, saved1, saved2 }, { epsilon }, backend) => {
    const inputs = [dy!, x!, gamma!, saved0!, saved1!, saved2!];
    const [dx, dGamma, dBeta, ...unused] = backend.executeMultipleOutputs(
      'FusedBatchNormGradV3',
      batchNormAttributes(backend, epsilon!),
      inputs,
      5,
    );
    tf.dispose(unused);
    return [dx!, dGamma!, dBeta!];
  });
}

type Compute = (inputs: Record<string, Tensor>, attributes: Record<string, number>, backend: NativeBackend) => Tensor[];

function register(kernelName: string, compute: Compute): void {
  if (tf.getKernel(kernelName, 'tensorflow')) return;
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute(inputs as Record<string, Tensor>, attrs as Record<string, number>, backend as unknown as NativeBackend),
  });
}

function typeOf({ binding }: NativeBackend): OperationAttribute {
  return { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
}

function biasAttributes(backend: NativeBackend): OperationAttribute[] {
  return [typeOf(backend), { name: 'data_format', type: backend.binding.TF_ATTR_STRING, value: 'NHWC' }];
}

function gatherAttributes({ binding }: NativeBackend): OperationAttribute[] {
  const type = (name: string, value: number): OperationAttribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  return [
    type('Tparams', binding.TF_FLOAT),
    type('Tindices', binding.TF_INT32),
    type('Taxis', binding.TF_INT32),
    { name: 'batch_dims', type: binding.TF_ATTR_INT, value: 0 },
  ];
}

function batchNormAttributes(backend: NativeBackend, epsilon: number): OperationAttribute[] {
  const { binding } = backend;
  return [
    typeOf(backend),
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
}
