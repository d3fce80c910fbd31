import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Drawing, SymbolicTensor } from './drawing.ts';
import type { Tensors } from '../engine.ts';
import { addBias } from '../ops/add-bias.ts';
import { BATCH_NORM_EPSILON, batchNorm as normalize } from '../ops/batch-norm.ts';
import { relu as rectify } from '../ops/relu.ts';

/**
 * How fresh weights are drawn. `he`: normal with variance 2/fanIn (before a relu). `glorot`: uniform in ±√(6/(fanIn +
 * fanOut)).
 */
export type Initial = { rule: 'he' | 'glorot'; fanIn: number; fanOut: number } | { rule: 'zeros' | 'ones' };

export interface ParameterSpec {
  name: string;
  shape: number[];
  initial: Initial;
}

/** One forward pass: what it reads, and the running statistics that it leaves. */
export interface Pass {
  weights: Tensors;
  /** Running statistics of batch norm. */
  statistics: Tensors;
  training: boolean;
  /** [B, width before the embedding], 0 or 1/(1 − share); null without dropout and in evaluation. */
  dropoutMask: Tensor | null;
  /** Batch-norm layers put their new running statistics here while training. */
  newStatistics: Tensors;
}

/** A piece of a network: its trained parameters, its statistics, and a function of its input. */
export interface Layer {
  /** Shape of the output without the batch dimension. */
  output: number[];
  parameters: ParameterSpec[];
  statistics: ParameterSpec[];
  apply(x: Tensor, pass: Pass): Tensor;
  /** The same in inference mode, drawn with the layers that TensorFlow.js brings. */
  draw(x: SymbolicTensor, drawing: Drawing): SymbolicTensor;
}

/** Makes the layer for an input of this shape (without the batch dimension). */
export type LayerOf = (input: number[]) => Layer;

const nothing = { parameters: [], statistics: [] };

/** 2-D convolution, padding `same`. It has no bias where batch norm follows, which would take the bias away again. */
export function conv(name: string, filters: number, size: number, stride = 1, bias = true): LayerOf {
  return ([height, width, channels]) => {
    const fan = { fanIn: size * size * channels!, fanOut: size * size * filters };
    const kernel: ParameterSpec = {
      name: `${name}/kernel`,
      shape: [size, size, channels!, filters],
      initial: { rule: 'he', ...fan },
    };
    const offset: ParameterSpec = { name: `${name}/bias`, shape: [filters], initial: { rule: 'zeros' } };
    return {
      output: [Math.ceil(height! / stride), Math.ceil(width! / stride), filters],
      parameters: bias ? [kernel, offset] : [kernel],
      statistics: [],
      apply: (x, { weights }) => {
        const y = tf.conv2d(x as tf.Tensor4D, weights[kernel.name] as tf.Tensor4D, stride, 'same');
        return bias ? addBias(y, weights[offset.name]!) : y;
      },
      draw: (x, { layers, add }) => {
        const layer = layers.conv2d({
          name,
          filters,
          kernelSize: size,
          strides: stride,
          padding: 'same',
          useBias: bias,
          kernelInitializer: 'zeros',
        });
        return add(layer, x, bias ? [`weights/${kernel.name}`, `weights/${offset.name}`] : [`weights/${kernel.name}`]);
      },
    };
  };
}

/** Fully connected layer. `before` names what follows the layer, which decides how its weights are drawn. */
export function dense(name: string, units: number, before: 'relu' | 'linear'): LayerOf {
  return ([inputs]) => {
    const fan = { fanIn: inputs!, fanOut: units };
    const kernel: ParameterSpec = {
      name: `${name}/kernel`,
      shape: [inputs!, units],
      initial: { rule: before === 'relu' ? 'he' : 'glorot', ...fan },
    };
    const bias: ParameterSpec = { name: `${name}/bias`, shape: [units], initial: { rule: 'zeros' } };
    return {
      output: [units],
      parameters: [kernel, bias],
      statistics: [],
      apply: (x, { weights }) =>
        addBias(tf.matMul(x as tf.Tensor2D, weights[kernel.name] as tf.Tensor2D), weights[bias.name]!),
      draw: (x, { layers, add }) =>
        add(layers.dense({ name, units, kernelInitializer: 'zeros' }), x, [
          `weights/${kernel.name}`,
          `weights/${bias.name}`,
        ]),
    };
  };
}

/** Batch normalisation over the last axis; running statistics move by a tenth towards those of each batch. */
export function batchNorm(name: string): LayerOf {
  return (input) => {
    const shape = [input.at(-1)!];
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((part) => `${name}/${part}`) as [
      string,
      string,
      string,
      string,
    ];
    return {
      output: input,
      parameters: [
        { name: gamma, shape, initial: { rule: 'ones' } },
        { name: beta, shape, initial: { rule: 'zeros' } },
      ],
      statistics: [
        { name: mean, shape, initial: { rule: 'zeros' } },
        { name: variance, shape, initial: { rule: 'ones' } },
      ],
      apply: (x, pass) => {
        const running = {
          mean: pass.statistics[mean] as tf.Tensor1D,
          variance: pass.statistics[variance] as tf.Tensor1D,
        };
        const [scale, offset] = [pass.weights[gamma] as tf.Tensor1D, pass.weights[beta] as tf.Tensor1D];
        const seen = normalize(x, scale, offset, running, pass.training ? 'training' : 'inference');
        if (pass.training) {
          pass.newStatistics[mean] = tf.keep(moveBy(running.mean, seen.mean));
          pass.newStatistics[variance] = tf.keep(moveBy(running.variance, seen.variance));
        }
        return seen.y;
      },
      draw: (x, { layers, add }) =>
        add(layers.batchNormalization({ name, epsilon: BATCH_NORM_EPSILON }), x, [
          `weights/${gamma}`,
          `weights/${beta}`,
          `statistics/${mean}`,
          `statistics/${variance}`,
        ]),
    };
  };
}

const BATCH_NORM_MOMENTUM = 0.1;

function moveBy(running: Tensor, batch: Tensor): Tensor {
  return tf.add(running, tf.mul(BATCH_NORM_MOMENTUM, tf.sub(batch, running)));
}

export const relu: LayerOf = (input) => ({
  output: input,
  ...nothing,
  apply: (x) => rectify(x),
  draw: (x, { layers, add }) => add(layers.reLU(), x),
});

/** Largest value of every 2×2 window; an odd edge is a window of its own, so that any input shape works. */
export const maxPool: LayerOf = ([height, width, channels]) => ({
  output: [Math.ceil(height! / 2), Math.ceil(width! / 2), channels!],
  ...nothing,
  apply: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same'),
  draw: (x, { layers, add }) => add(layers.maxPooling2d({ poolSize: 2, strides: 2, padding: 'same' }), x),
});

export const globalAveragePool: LayerOf = ([, , channels]) => ({
  output: [channels!],
  ...nothing,
  apply: (x) => tf.mean(x, [1, 2]),
  draw: (x, { layers, add }) => add(layers.globalAveragePooling2d({}), x),
});

export const flatten: LayerOf = (input) => {
  const size = input.reduce((product, side) => product * side, 1);
  return {
    output: [size],
    ...nothing,
    apply: (x) => tf.reshape(x, [-1, size]),
    draw: (x, { layers, add }) => add(layers.flatten(), x),
  };
};

/** Drops activations by the mask that comes with the batch; nothing where there is none. */
export const dropout: LayerOf = (input) => ({
  output: input,
  ...nothing,
  apply: (x, { dropoutMask }) => (dropoutMask ? tf.mul(x, dropoutMask) : x),
  draw: (x) => x,
});

/** One layer after the other. */
export function sequence(...layers: LayerOf[]): LayerOf {
  return (input) => {
    const built: Layer[] = [];
    for (const layer of layers) built.push(layer(built.at(-1)?.output ?? input));
    return {
      output: built.at(-1)?.output ?? input,
      parameters: built.flatMap((layer) => layer.parameters),
      statistics: built.flatMap((layer) => layer.statistics),
      apply: (x, pass) => built.reduce((y, layer) => layer.apply(y, pass), x),
      draw: (x, drawing) => built.reduce((y, layer) => layer.draw(y, drawing), x),
    };
  };
}
