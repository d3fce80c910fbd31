import { toFound } from '../problem.ts';
import type { KerasLayer } from './read-topology.ts';
import { type Mark, Untranslatable } from './translated.ts';

/**
 * Options that the translations read, and those that change neither what a layer computes nor how it learns. How its
 * weights begin is no matter either: Cosweep has rules of its own.
 */
const IGNORED = new Set([
  ...['name', 'dtype', 'batch_input_shape', 'batch_shape', 'input_shape', 'optional', 'autocast', 'fused'],
  ...['filters', 'kernel_size', 'strides', 'padding', 'data_format', 'dilation_rate', 'groups', 'depth_multiplier'],
  ...['units', 'activation', 'use_bias', 'pool_size', 'keepdims', 'max_value', 'negative_slope', 'threshold'],
  ...['axis', 'momentum', 'epsilon', 'center', 'scale', 'synchronized', 'renorm_clipping', 'renorm_momentum'],
  ...['rate', 'noise_shape', 'seed', 'offset', 'mean', 'variance', 'trainable'],
]);

const DECAY = 'use "weightDecay" of the optimiser';
const NO_DECAY = 'Cosweep decays kernels alone';

/** Options in whose place something else can be set, or that are left out with a word. */
const NOTED: Readonly<Record<string, string>> = {
  kernel_regularizer: DECAY,
  depthwise_regularizer: DECAY,
  pointwise_regularizer: DECAY,
  bias_regularizer: NO_DECAY,
  beta_regularizer: NO_DECAY,
  gamma_regularizer: NO_DECAY,
};

/** Of batch norm alone. */
const NOT_IN_TRAINING =
  'normalises by running statistics in Keras (training=False): put it in "freeze", which also keeps gamma and beta';

/**
 * What is to be said of a layer's options beyond those that are translated. Throws an `Untranslatable` for one that
 * changes what it learns, and that nothing here stands for.
 *
 * @param own what it is called here
 */
export function readMarks(layer: KerasLayer, own: string, hasParameters: boolean): Mark[] {
  const texts = [...optionTexts(layer), ...toldTexts(layer)];
  if (hasParameters && layer.config.trainable === false) texts.push('not trained in Keras: put it in "freeze"');
  return texts.map((text) => ({ layer: own, text }));
}

function optionTexts({ config }: KerasLayer): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    if (isOff(value) || IGNORED.has(key) || key.endsWith('_initializer')) return [];
    if (Object.hasOwn(NOTED, key)) return [`${key} ${toFound(value)} is left out: ${NOTED[key]}`];
    throw new Untranslatable(`found ${toFound(key)} as ${toFound(value)}, which Cosweep does not have, wanted none`);
  });
}

/** Of what the call of the layer is told. */
function toldTexts({ className, told }: KerasLayer): string[] {
  return Object.entries(told).flatMap(([key, value]) => {
    // A layer that is left out may be told when to drop.
    if (value === null || (key === 'training' && className === 'Dropout')) return [];
    if (key === 'training' && value === false && className === 'BatchNormalization') return [NOT_IN_TRAINING];
    throw new Untranslatable(`found it called with ${key} ${toFound(value)}, wanted a call without`);
  });
}

/** An option that is in no table is not used where it has one of these values. */
function isOff(value: unknown): boolean {
  return value === null || value === undefined || value === false;
}
