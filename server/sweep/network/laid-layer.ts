import type { Padding } from '../layers.ts';
import type { ParameterSpec } from './parameter-spec.ts';

/** [height, width, channels] of a picture, or [width] of a flat vector: never with the batch. */
export type Shape = readonly number[];

interface Laid {
  input: Shape;
  output: Shape;
  /** What is trained, in an order of its own: a kernel comes before its bias. */
  parameters: ParameterSpec[];
  /** Running statistics. */
  statistics: ParameterSpec[];
}

export interface Window {
  /** The side of the square window, in pixels. */
  size: number;
  stride: number;
  padding: Padding;
}

export interface LaidConv extends Laid, Window {
  kind: 'conv' | 'depthwise';
  name: string;
  /** Of a depthwise convolution: for each channel. */
  filters: number;
  bias: boolean;
}

export interface LaidDense extends Laid {
  kind: 'dense';
  name: string;
  units: number;
  bias: boolean;
}

export interface LaidBatchNorm extends Laid {
  kind: 'batchNorm';
  name: string;
  epsilon: number;
  rate: number;
}

export interface LaidPool extends Laid, Window {
  kind: 'maxPool' | 'averagePool';
}

export interface LaidWord extends Laid {
  kind: 'relu' | 'flatten' | 'globalAveragePool';
}

/** branch(x) + shortcut(x); an empty shortcut is x itself. */
export interface LaidResidual extends Laid {
  kind: 'residual';
  branch: LaidLayer[];
  shortcut: LaidLayer[];
}

/** A layer at its place in a network: it has its full name, its shapes, and the parameters that it trains. */
export type LaidLayer = LaidConv | LaidDense | LaidBatchNorm | LaidPool | LaidWord | LaidResidual;

export function parametersOf(layers: readonly LaidLayer[]): ParameterSpec[] {
  return layers.flatMap(({ parameters }) => parameters);
}

export function statisticsOf(layers: readonly LaidLayer[]): ParameterSpec[] {
  return layers.flatMap(({ statistics }) => statistics);
}

/** The shape that a row of layers makes of its input. */
export function outputOf(layers: readonly LaidLayer[], input: Shape): Shape {
  return layers.at(-1)?.output ?? input;
}
