import type { BatchNormLayer, ConvLayer, DenseLayer, DepthwiseLayer } from '../layers.ts';
import type { LaidBatchNorm, LaidConv, LaidDense, Shape, Window } from './laid-layer.ts';
import { NetworkMistake } from './network-mistake.ts';
import type { Initial, ParameterSpec } from './parameter-spec.ts';
import { countWindows, pictureOf, toText } from './windows.ts';

// The layers that have parameters, at their places.

type Convolution = Window & { name: string; filters: number; bias: boolean };

export function layConv(
  { conv, size, stride, padding, bias }: ConvLayer,
  name: string,
  input: Shape,
  path: string,
): LaidConv {
  return convolution({ name, filters: conv, size, stride, padding, bias }, input, path);
}

/** A convolution is followed by a relu, maybe after batch norm: so its kernel is drawn. */
export function convolution(layer: Convolution, input: Shape, path: string): LaidConv {
  const picture = pictureOf(input, 'a convolution', path);
  const { name, filters, size } = layer;
  const fan = { fanIn: size * size * picture[2], fanOut: size * size * filters };
  const kernel = kernelOf(name, [size, size, picture[2], filters], { rule: 'he', ...fan });
  return {
    kind: 'conv',
    ...layer,
    input,
    output: [...countWindows(picture, layer, path), filters],
    parameters: withBias(kernel, name, layer.bias ? filters : null),
    statistics: [],
  };
}

export function layDepthwise(layer: DepthwiseLayer, name: string, input: Shape, path: string): LaidConv {
  const picture = pictureOf(input, 'a convolution', path);
  const { depthwise: filters, size, stride, padding, bias } = layer;
  const channels = picture[2] * filters;
  const fan = { fanIn: size * size, fanOut: size * size * filters };
  const kernel = kernelOf(name, [size, size, picture[2], filters], { rule: 'he', ...fan });
  return {
    kind: 'depthwise',
    ...{ name, filters, size, stride, padding, bias },
    input,
    output: [...countWindows(picture, layer, path), channels],
    parameters: withBias(kernel, name, bias ? channels : null),
    statistics: [],
  };
}

/** @param beforeRelu whether a relu follows, which decides how its kernel is drawn */
export function layDense(
  { dense: units, bias }: DenseLayer,
  name: string,
  input: Shape,
  beforeRelu: boolean,
  path: string,
): LaidDense {
  const [width] = input;
  if (input.length !== 1)
    throw new NetworkMistake(
      path,
      `found ${toText(input)} before a dense layer, wanted a flat vector: "flatten" or "globalAveragePool" makes one`,
    );
  const kernel = kernelOf(name, [width!, units], {
    rule: beforeRelu ? 'he' : 'glorot',
    fanIn: width!,
    fanOut: units,
  });
  return {
    kind: 'dense',
    ...{ name, units, bias },
    input,
    output: [units],
    parameters: withBias(kernel, name, bias ? units : null),
    statistics: [],
  };
}

export function layBatchNorm(
  { epsilon, rate }: Pick<BatchNormLayer, 'epsilon' | 'rate'>,
  name: string,
  input: Shape,
): LaidBatchNorm {
  const part = (word: string, rule: 'zeros' | 'ones'): ParameterSpec => ({
    name: `${name}/${word}`,
    shape: [input.at(-1)!],
    initial: { rule },
  });
  return {
    kind: 'batchNorm',
    ...{ name, epsilon, rate },
    input,
    output: input,
    parameters: [part('gamma', 'ones'), part('beta', 'zeros')],
    statistics: [part('mean', 'zeros'), part('variance', 'ones')],
  };
}

function kernelOf(name: string, shape: number[], initial: Initial): ParameterSpec {
  return { name: `${name}/kernel`, shape, initial };
}

/** @param width of the bias; null where there is none */
function withBias(kernel: ParameterSpec, name: string, width: number | null): ParameterSpec[] {
  return width === null ? [kernel] : [kernel, { name: `${name}/bias`, shape: [width], initial: { rule: 'zeros' } }];
}
