import { z } from 'zod';
import type { Layer } from '../layers.ts';
import { toSuggestion } from '../suggest.ts';
import { above, aboveUpTo, flag, oneOf, strict, whole } from './schema-parts.ts';

const NAME = 'a name of letters, digits and _ . - with slashes between words, "stage1/conv"';
const LAYERS = 'a list of layers, ["flatten", {"dense": 128}, "relu"]';

/** Layers that need no number are words. `batchNorm` is also an object, where it has a name or options. */
const WORDS = ['batchNorm', 'relu', 'flatten', 'globalAveragePool'] as const;
const KINDS = ['conv', 'depthwise', 'dense', 'batchNorm', 'maxPool', 'averagePool', 'residual', 'repeat'] as const;

const named = {
  name: z
    .string(NAME)
    .max(100, 'a name of at most 100 characters')
    // TensorFlow.js, which exported weights are for, takes no other sign at the beginning.
    .regex(/^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/, NAME)
    .optional()
    .describe('Its parameters are called by it; by default its kind and number: `conv1`.'),
};
const padding = oneOf(['same', 'valid']).default('same').describe('`valid`: no window reaches over the edge.');
const windowed = {
  size: whole(1).default(3).describe('Side of the square window, in pixels.'),
  stride: whole(1).default(1),
  padding,
  bias: flag().default(true),
};
const stride = whole(1).optional().describe('The side of the window by default.');

/** The layers below call the list that they are in, which exists only later. */
const inner = (): z.ZodType<Layer[]> => z.lazy(() => layersSchema);

const conv = strict({ conv: whole(1).describe('How many filters.'), ...windowed, ...named });

const depthwise = strict({
  depthwise: whole(1).describe('How many filters for each channel.'),
  ...windowed,
  ...named,
});

const dense = strict({ dense: whole(1).describe('How many units.'), bias: flag().default(true), ...named });

const batchNorm = strict({
  batchNorm: z.literal(true, 'true'),
  epsilon: above(0).default(1e-5).describe('Added to the variance.'),
  rate: aboveUpTo(0, 1).default(0.1).describe('How far running statistics move towards those of each batch.'),
  ...named,
});

const maxPool = strict({ maxPool: whole(1).describe('Side of the square window.'), stride, padding }).transform(
  (layer) => ({ ...layer, stride: layer.stride ?? layer.maxPool }),
);

const averagePool = strict({ averagePool: whole(1).describe('Side of the square window.'), stride, padding }).transform(
  (layer) => ({ ...layer, stride: layer.stride ?? layer.averagePool }),
);

const residual = strict({
  residual: inner().describe('The branch.'),
  shortcut: z
    .union([oneOf(['identity', 'projection']), inner()], 'one of identity, projection, or a list of layers')
    .default('identity')
    .describe('What is added to the branch. `projection`: where the shapes differ, a 1×1 convolution with batch norm.'),
  ...named,
});

const repeat = strict({
  repeat: whole(1).describe('How many times, each with parameters of its own.'),
  layers: inner(),
  ...named,
});

const word = oneOf(WORDS).transform((name) => (name === 'batchNorm' ? batchNorm.parse({ batchNorm: true }) : name));

const layerSchema = z.union([word, conv, depthwise, dense, batchNorm, maxPool, averagePool, residual, repeat], {
  error: ({ input }) => wantedLayer(input),
});

/** `training.model.layers` of a definition. */
export const layersSchema: z.ZodType<Layer[]> = z
  .array(layerSchema as z.ZodType<Layer>, LAYERS)
  .min(1, LAYERS)
  .meta({ id: 'layers' });

/** What is wanted in the place of something that is no layer, with what was probably meant. */
function wantedLayer(found: unknown): string {
  if (typeof found === 'string') return `one of ${WORDS.join(', ')}`;
  const wanted = `a layer, such as "relu" or {"conv": 32}: a word, or an object with one of ${KINDS.join(', ')}`;
  if (typeof found !== 'object' || found === null) return wanted;
  const keys = Object.keys(found)
    .filter((key) => !(KINDS as readonly string[]).includes(key))
    .slice(0, KINDS.length);
  return `${wanted}${keys.map((key) => toSuggestion(key, [...KINDS, ...WORDS])).find((each) => each !== '') ?? ''}`;
}
