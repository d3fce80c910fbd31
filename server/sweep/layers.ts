/**
 * The layers of a network as a definition writes them, with every default filled in. A list with its defaults is valid
 * in a definition too. A layer without options is a word; every other one is an object whose first key says what it is.
 */
export type Layer =
  | 'relu'
  | 'flatten'
  | 'globalAveragePool'
  | ConvLayer
  | DepthwiseLayer
  | DenseLayer
  | BatchNormLayer
  | MaxPoolLayer
  | AveragePoolLayer
  | ResidualLayer
  | RepeatLayer;

/** `same`: as many windows as the stride leaves, over the edge where need be. `valid`: windows within the picture. */
export type Padding = 'same' | 'valid';

/** A layer with parameters may have a name; else it is named by its kind and its number. */
interface Named {
  name?: string;
}

interface Windowed {
  /** The side of the square window, in pixels. */
  size: number;
  stride: number;
  padding: Padding;
  bias: boolean;
}

export interface ConvLayer extends Named, Windowed {
  /** How many filters. */
  conv: number;
}

export interface DepthwiseLayer extends Named, Windowed {
  /** How many filters for each channel. */
  depthwise: number;
}

export interface DenseLayer extends Named {
  /** How many units. */
  dense: number;
  bias: boolean;
}

export interface BatchNormLayer extends Named {
  batchNorm: true;
  /** Added to the variance before its root is taken. */
  epsilon: number;
  /** How far the running statistics move towards those of each batch: 0.1 is a tenth. */
  rate: number;
}

export interface MaxPoolLayer {
  /** The side of the square window, in pixels. */
  maxPool: number;
  stride: number;
  padding: Padding;
}

export interface AveragePoolLayer {
  /** The side of the square window, in pixels. Pixels beyond the edge do not count. */
  averagePool: number;
  stride: number;
  padding: Padding;
}

/** The sum of a branch and a shortcut, which have the same input. */
export interface ResidualLayer extends Named {
  residual: Layer[];
  /** `projection`: where the shapes differ, a 1×1 convolution with batch norm; else the input itself. */
  shortcut: 'identity' | 'projection' | Layer[];
}

export interface RepeatLayer extends Named {
  /** How many times, each with parameters of its own. */
  repeat: number;
  layers: Layer[];
}
