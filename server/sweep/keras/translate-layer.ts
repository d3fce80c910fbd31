import type { Layer, Padding } from '../layers.ts';
import { toFound } from '../problem.ts';
import { EMBEDDING, HEAD } from '../network/lay-out-network.ts';
import { toTwelveDigits } from '../twelve-digits.ts';
import type { KerasLayer } from './read-topology.ts';
import { type Translated, Untranslatable } from './translated.ts';

type Config = KerasLayer['config'];

/** What layers of Keras become. Throws an `Untranslatable` for an option that Cosweep does not have. */
const TRANSLATIONS: Record<string, (layer: KerasLayer) => Translated> = {
  InputLayer: nothing,
  Conv2D: conv,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Dense: dense,
  BatchNormalization: batchNorm,
  Activation: ({ config }) => ({ ...EMPTY, layers: activationOf(config) }),
  ReLU: relu,
  MaxPooling2D: (layer) => pool(layer, (size, rest) => ({ maxPool: size, ...rest })),
  AveragePooling2D: (layer) => pool(layer, (size, rest) => ({ averagePool: size, ...rest })),
  GlobalAveragePooling2D: globalAveragePool,
  Flatten: flatten,
  Dropout: dropout,
  Rescaling: preparation,
  Normalization: preparation,
};

const EMPTY: Translated = { layers: [], sources: [], notes: [] };

export function translateLayer(layer: KerasLayer): Translated {
  const translate = Object.hasOwn(TRANSLATIONS, layer.className) ? TRANSLATIONS[layer.className] : undefined;
  if (translate) return translate(layer);
  const known = [...Object.keys(TRANSLATIONS), 'Add'].join(', ');
  throw new Untranslatable(`found a layer that Cosweep does not have, wanted one of ${known}`);
}

function nothing(): Translated {
  return EMPTY;
}

function conv({ name, config }: KerasLayer): Translated {
  refuse(config, 'groups', [1]);
  const bias = flag(config, 'use_bias');
  return {
    ...EMPTY,
    layers: [
      { conv: count(config, 'filters'), ...window(config, 'kernel_size'), bias, name: own(name) },
      ...activationOf(config),
    ],
    sources: [{ layer: name, parts: withBias({ kernel: ['kernel'] }, bias) }],
  };
}

function depthwise({ name, config }: KerasLayer): Translated {
  const bias = flag(config, 'use_bias');
  const filters = config.depth_multiplier === undefined ? 1 : count(config, 'depth_multiplier');
  return {
    ...EMPTY,
    layers: [{ depthwise: filters, ...window(config, 'kernel_size'), bias, name: own(name) }, ...activationOf(config)],
    sources: [{ layer: name, parts: withBias({ kernel: ['depthwise_kernel', 'kernel'] }, bias) }],
  };
}

/** A depthwise convolution, and a 1×1 convolution after it. */
function separable({ name, config }: KerasLayer): Translated {
  const bias = flag(config, 'use_bias');
  const filters = config.depth_multiplier === undefined ? 1 : count(config, 'depth_multiplier');
  return {
    ...EMPTY,
    layers: [
      { depthwise: filters, ...window(config, 'kernel_size'), bias: false, name: `${own(name)}/depthwise` },
      { conv: count(config, 'filters'), size: 1, stride: 1, padding: 'same', bias, name: `${own(name)}/pointwise` },
      ...activationOf(config),
    ],
    sources: [
      { layer: name, parts: { kernel: ['depthwise_kernel'] } },
      { layer: name, parts: withBias({ kernel: ['pointwise_kernel'] }, bias) },
    ],
  };
}

function dense({ name, config }: KerasLayer): Translated {
  const bias = flag(config, 'use_bias');
  return {
    ...EMPTY,
    layers: [{ dense: count(config, 'units'), bias, name: own(name) }, ...activationOf(config)],
    sources: [{ layer: name, parts: withBias({ kernel: ['kernel'] }, bias) }],
  };
}

function batchNorm({ name, config }: KerasLayer): Translated {
  refuse(config, 'center', [true]);
  refuse(config, 'scale', [true]);
  const { axis = -1 } = config;
  // The axis of channels, counted from the front or from the back; TensorFlow.js and Keras 2 may write it as a list.
  if (![-1, 3].includes((Array.isArray(axis) ? axis[0] : axis) as number))
    throw new Untranslatable(`found axis ${toFound(axis)}, wanted -1, the channels`);
  const { epsilon = 1e-3, momentum = 0.99 } = config;
  return {
    ...EMPTY,
    layers: [
      {
        batchNorm: true,
        epsilon: number(epsilon, 'epsilon', (value) => value > 0),
        rate: toTwelveDigits(1 - number(momentum, 'momentum', (value) => value >= 0 && value < 1)),
        name: own(name),
      },
    ],
    sources: [
      {
        layer: name,
        parts: { gamma: ['gamma'], beta: ['beta'], mean: ['moving_mean'], variance: ['moving_variance'] },
      },
    ],
  };
}

function relu({ config }: KerasLayer): Translated {
  refuse(config, 'max_value', [null]);
  refuse(config, 'negative_slope', [0]);
  refuse(config, 'threshold', [0]);
  return { ...EMPTY, layers: ['relu'] };
}

function pool(
  { config }: KerasLayer,
  make: (size: number, rest: { stride: number; padding: Padding }) => Layer,
): Translated {
  const { size, stride, padding } = window({ ...config, strides: config.strides ?? config.pool_size }, 'pool_size');
  return { ...EMPTY, layers: [make(size, { stride, padding })] };
}

function globalAveragePool({ config }: KerasLayer): Translated {
  refuse(config, 'keepdims', [false]);
  refuse(config, 'data_format', ['channels_last']);
  return { ...EMPTY, layers: ['globalAveragePool'] };
}

function flatten({ config }: KerasLayer): Translated {
  refuse(config, 'data_format', ['channels_last']);
  return { ...EMPTY, layers: ['flatten'] };
}

function dropout({ name, config }: KerasLayer): Translated {
  const rate = number(config.rate ?? 0, 'rate', (value) => value >= 0 && value < 1);
  return {
    ...EMPTY,
    notes: [
      `${JSON.stringify(name)} is left out: Cosweep drops activations before the embedding alone, ` +
        `with "dropout": ${rate}`,
    ],
  };
}

/** Images are normalised by the numbers of their own data set. */
function preparation({ name, className }: KerasLayer): Translated {
  return { ...EMPTY, notes: [`${JSON.stringify(name)} (${className}) is left out: Cosweep normalises images itself`] };
}

function activationOf(config: Config): Layer[] {
  const { activation = 'linear' } = config;
  const name =
    typeof activation === 'string' ? activation : (activation as { class_name?: unknown } | null)?.class_name;
  if (activation === null || name === 'linear') return [];
  if (name === 'relu') return ['relu'];
  throw new Untranslatable(`found the activation ${toFound(activation)}, wanted relu or linear`);
}

function window(config: Config, key: string): { size: number; stride: number; padding: Padding } {
  refuse(config, 'data_format', ['channels_last']);
  const dilation = config.dilation_rate ?? 1;
  if (square(dilation) !== 1) throw new Untranslatable(`found dilation_rate ${toFound(dilation)}, wanted 1`);
  const { padding = 'valid' } = config;
  if (padding !== 'same' && padding !== 'valid')
    throw new Untranslatable(`found padding ${toFound(padding)}, wanted same or valid`);
  return { size: side(config, key), stride: config.strides === undefined ? 1 : side(config, 'strides'), padding };
}

function side(config: Config, key: string): number {
  const value = square(config[key]);
  if (value !== null && value >= 1) return value;
  throw new Untranslatable(`found ${key} ${toFound(config[key])}, wanted the same whole number in both directions`);
}

/** The number that stands for both directions; null where they differ. */
function square(value: unknown): number | null {
  const [first, second, ...more] = Array.isArray(value) ? (value as unknown[]) : [value, value];
  return Number.isInteger(first) && first === second && more.length === 0 ? (first as number) : null;
}

function count(config: Config, key: string): number {
  return number(config[key], key, (value) => Number.isInteger(value) && value >= 1);
}

function number(value: unknown, key: string, isFine: (value: number) => boolean): number {
  if (typeof value === 'number' && isFine(value)) return value;
  throw new Untranslatable(`found ${key} ${toFound(value)}, wanted a number that it can be`);
}

function flag(config: Config, key: string): boolean {
  return config[key] !== false;
}

/** Keras leaves an option out where it has its default, which is the first of these values. */
function refuse(config: Config, key: string, wanted: readonly unknown[]): void {
  const value = config[key] ?? wanted[0];
  if (config[key] === null || wanted.includes(value)) return;
  throw new Untranslatable(`found ${key} ${toFound(value)}, wanted ${toFound(wanted[0])}`);
}

function withBias(parts: Record<string, string[]>, bias: boolean): Record<string, string[]> {
  return bias ? { ...parts, bias: ['bias'] } : parts;
}

/** A name as layers may have it; those of the network's end are taken. */
export function own(name: string): string {
  const plain = name.replace(/[^\w.-]+/g, '_').slice(0, 80);
  return plain === EMBEDDING || plain === HEAD ? `keras_${plain}` : plain;
}
