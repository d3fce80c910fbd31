import type { Layer, Padding } from '../layers.ts';
import { toFound } from '../problem.ts';
import { toTwelveDigits } from '../twelve-digits.ts';
import { activationOf, count, flag, number, refuse, windowOf } from './read-config.ts';
import { readMarks } from './read-marks.ts';
import type { KerasLayer } from './read-topology.ts';
import { NOTHING, type Translated, Untranslatable } from './translated.ts';

/** Where a layer stands. */
export interface Place {
  /** What it is called here, without the names of what it is in. */
  own: string;
  /** Whether a vector comes to it, and no picture. */
  isFlat: boolean;
  /** Whether the images themselves come to it: nothing before it does something here. */
  isFirst: boolean;
}

const TRANSLATIONS: Record<string, (layer: KerasLayer, place: Place) => Translated> = {
  InputLayer: nothing,
  Conv2D: conv,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Dense: dense,
  BatchNormalization: batchNorm,
  Activation: ({ config }) => ({ ...NOTHING, layers: activationOf(config) }),
  ReLU: relu,
  MaxPooling2D: (layer) => pool(layer, (size, rest) => ({ maxPool: size, ...rest })),
  AveragePooling2D: (layer) => pool(layer, (size, rest) => ({ averagePool: size, ...rest })),
  GlobalAveragePooling2D: globalAveragePool,
  Flatten: flatten,
  Dropout: dropout,
  Rescaling: preparation,
  Normalization: preparation,
};

/** What a layer of Keras becomes. Throws an `Untranslatable` for an option that Cosweep does not have. */
export function translateLayer(layer: KerasLayer, place: Place): Translated {
  const translate = Object.hasOwn(TRANSLATIONS, layer.className) ? TRANSLATIONS[layer.className] : undefined;
  if (translate) {
    if (layer.inputs.length > 1) throw new Untranslatable(`found ${layer.inputs.length} inputs, wanted one`);
    const translated = translate(layer, place);
    return { ...translated, marks: readMarks(layer, place.own, translated.sources.length > 0) };
  }
  const known = [...Object.keys(TRANSLATIONS), 'Add'].join(', ');
  throw new Untranslatable(`found a layer that Cosweep does not have, wanted one of ${known}`);
}

function nothing(): Translated {
  return NOTHING;
}

function conv({ name, config }: KerasLayer, { own }: Place): Translated {
  const bias = flag(config, 'use_bias');
  return {
    ...NOTHING,
    layers: [
      { conv: count(config, 'filters'), ...windowOf(config, 'kernel_size'), bias, name: own },
      ...activationOf(config),
    ],
    sources: [{ layer: name, parts: withBias({ kernel: ['kernel'] }, bias) }],
  };
}

function depthwise({ name, config }: KerasLayer, { own }: Place): Translated {
  const bias = flag(config, 'use_bias');
  const filters = config.depth_multiplier === undefined ? 1 : count(config, 'depth_multiplier');
  return {
    ...NOTHING,
    layers: [{ depthwise: filters, ...windowOf(config, 'kernel_size'), bias, name: own }, ...activationOf(config)],
    sources: [{ layer: name, parts: withBias({ kernel: ['depthwise_kernel', 'kernel'] }, bias) }],
  };
}

/** A depthwise convolution, and a 1×1 convolution after it. */
function separable({ name, config }: KerasLayer, { own }: Place): Translated {
  const bias = flag(config, 'use_bias');
  const filters = config.depth_multiplier === undefined ? 1 : count(config, 'depth_multiplier');
  return {
    ...NOTHING,
    layers: [
      { depthwise: filters, ...windowOf(config, 'kernel_size'), bias: false, name: `${own}/depthwise` },
      { conv: count(config, 'filters'), size: 1, stride: 1, padding: 'same', bias, name: `${own}/pointwise` },
      ...activationOf(config),
    ],
    sources: [
      { layer: name, parts: { kernel: ['depthwise_kernel'] } },
      { layer: name, parts: withBias({ kernel: ['pointwise_kernel'] }, bias) },
    ],
  };
}

function dense({ name, config }: KerasLayer, { own }: Place): Translated {
  const bias = flag(config, 'use_bias');
  return {
    ...NOTHING,
    layers: [{ dense: count(config, 'units'), bias, name: own }, ...activationOf(config)],
    sources: [{ layer: name, parts: withBias({ kernel: ['kernel'] }, bias) }],
  };
}

function batchNorm({ name, config }: KerasLayer, { own, isFlat }: Place): Translated {
  refuse(config, 'center', [true]);
  refuse(config, 'scale', [true]);
  const { axis = -1 } = config;
  // TensorFlow.js and Keras 2 may write it as a list.
  const [channels, ...more]: unknown[] = Array.isArray(axis) ? axis : [axis];
  // The axis of channels is the last one, of two after a flat layer and else of four.
  if (more.length > 0 || (channels !== -1 && channels !== (isFlat ? 1 : 3)))
    throw new Untranslatable(`found axis ${toFound(axis)}, wanted -1, the channels`);
  const { epsilon = 1e-3, momentum = 0.99 } = config;
  return {
    ...NOTHING,
    layers: [
      {
        batchNorm: true,
        epsilon: number(epsilon, 'epsilon', (value) => value > 0),
        rate: toTwelveDigits(1 - number(momentum, 'momentum', (value) => value >= 0 && value < 1)),
        name: own,
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
  return { ...NOTHING, layers: ['relu'] };
}

function pool(
  { config }: KerasLayer,
  make: (size: number, rest: { stride: number; padding: Padding }) => Layer,
): Translated {
  const { size, stride, padding } = windowOf({ ...config, strides: config.strides ?? config.pool_size }, 'pool_size');
  return { ...NOTHING, layers: [make(size, { stride, padding })] };
}

function globalAveragePool({ config }: KerasLayer): Translated {
  refuse(config, 'keepdims', [false]);
  refuse(config, 'data_format', ['channels_last']);
  return { ...NOTHING, layers: ['globalAveragePool'] };
}

function flatten({ config }: KerasLayer): Translated {
  refuse(config, 'data_format', ['channels_last']);
  return { ...NOTHING, layers: ['flatten'] };
}

function dropout({ name, config }: KerasLayer): Translated {
  const rate = number(config.rate ?? 0, 'rate', (value) => value >= 0 && value < 1);
  return {
    ...NOTHING,
    notes: [
      `${JSON.stringify(name)} is left out: Cosweep drops activations before the embedding alone, ` +
        `with "dropout": ${rate}`,
    ],
  };
}

/** Images are normalised by the numbers of their own data set, but nothing after them is. */
function preparation({ name, className, config }: KerasLayer, { isFirst }: Place): Translated {
  if (!isFirst) throw new Untranslatable('found it after other layers, wanted it at the beginning, before all of them');
  const { scale, offset } = config;
  const how = className === 'Rescaling' ? `, scale ${toFound(scale ?? 1)}, offset ${toFound(offset ?? 0)}` : '';
  return {
    ...NOTHING,
    notes: [`${JSON.stringify(name)} (${className}) is left out: Cosweep normalises images itself`],
    weightNotes: [
      `its weights expect images as ${JSON.stringify(name)} makes them (${className}${how}): ` +
        'Cosweep normalises by the numbers of the data set instead',
    ],
  };
}

function withBias(parts: Record<string, string[]>, bias: boolean): Record<string, string[]> {
  return bias ? { ...parts, bias: ['bias'] } : parts;
}
