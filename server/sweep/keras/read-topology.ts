import { z } from 'zod';
import { UserError } from '../user-error.ts';

/** A layer of a Keras model as its JSON has it. */
export interface KerasLayer {
  name: string;
  className: string;
  config: Readonly<Record<string, unknown>>;
  /** The layers whose outputs it takes. */
  inputs: string[];
}

/** The layers of a model, each after those that it takes something from, as Keras lists them. */
export interface Topology {
  layers: KerasLayer[];
  /** The names of the weights in the files beside it, in their order; null where it names none. */
  manifest: WeightGroup[] | null;
}

/** Files that hold weights one after the other, as TensorFlow.js writes them. */
export interface WeightGroup {
  paths: string[];
  weights: { name: string; shape: number[]; dtype: string; quantization?: unknown }[];
}

const written = z.object({
  class_name: z.string(),
  config: z.looseObject({ name: z.string().optional() }),
  name: z.string().optional(),
  inbound_nodes: z.array(z.unknown()).optional(),
});
const model = z.object({ class_name: z.string(), config: z.unknown() });
const manifestShape = z.array(
  z.object({
    paths: z.array(z.string()),
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int().min(0)),
        dtype: z.string(),
        quantization: z.unknown().optional(),
      }),
    ),
  }),
);

/** A network has no more either. */
const MOST_LAYERS = 1000;

const WANTED =
  'wanted what `model.to_json()` of Keras gives, ' +
  'or the model.json of a layers model of TensorFlow.js (not of a graph model)';

/**
 * Reads the JSON of a Keras model: what `model.to_json()` gives, of Keras 2 or 3, or the `model.json` of TensorFlow.js.
 *
 * @param file for messages
 */
export function readTopology(json: unknown, file: string): Topology {
  const { modelTopology, weightsManifest, userDefinedMetadata } = object(json);
  if (object(object(userDefinedMetadata).configuration).training !== undefined)
    throw refusal(
      file,
      'Cosweep wrote it itself; the definition of its sweep has its network, and ' +
        '`cosweep weights RUN --format safetensors` its weights',
    );
  const topology = object(modelTopology ?? json);
  const parsed = model.safeParse(topology.model_config ?? topology);
  if (!parsed.success) throw refusal(file, `found no class_name and config, ${WANTED}`);
  const manifest = manifestShape.safeParse(weightsManifest);
  return { layers: layersOf(parsed.data, file), manifest: manifest.success ? manifest.data : null };
}

function layersOf({ class_name: kind, config }: z.output<typeof model>, file: string): KerasLayer[] {
  const list = z.array(written).safeParse(Array.isArray(config) ? config : object(config).layers);
  if (!list.success) throw refusal(file, `found no list of layers, ${WANTED}`);
  if (list.data.length > MOST_LAYERS)
    throw refusal(file, `found ${list.data.length} layers, wanted at most ${MOST_LAYERS}`);
  if (kind === 'Sequential') return inARow(list.data, file);
  if (kind !== 'Functional' && kind !== 'Model')
    throw refusal(
      file,
      `found a model of the class ${JSON.stringify(kind.slice(0, 60))}, wanted Sequential or Functional`,
    );
  return list.data.map((layer) => ({ ...toLayer(layer), inputs: inputsOf(layer.inbound_nodes ?? []) }));
}

/** The layers of a Sequential model, those of Sequential models inside of it among them. */
function inARow(list: z.output<typeof written>[], file: string): KerasLayer[] {
  const layers = list.flatMap((layer) =>
    layer.class_name === 'Sequential' ? layersOf(layer, file) : [{ ...toLayer(layer), inputs: [] }],
  );
  return layers.map((layer, i) => ({ ...layer, inputs: i === 0 ? [] : [layers[i - 1]!.name] }));
}

function toLayer({ class_name: className, config, name }: z.output<typeof written>): Omit<KerasLayer, 'inputs'> {
  return { name: name ?? config.name ?? className, className, config };
}

/**
 * What the call of a layer takes: `[[["conv", 0, 0, {}], …]]` in Keras 2, tensors with a `keras_history` somewhere in
 * the arguments in Keras 3.
 */
function inputsOf(nodes: readonly unknown[]): string[] {
  const [node] = nodes;
  if (Array.isArray(node)) return node.flatMap((input) => (Array.isArray(input) ? [String(input[0])] : []));
  return historiesIn(node);
}

function historiesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(historiesIn);
  if (typeof value !== 'object' || value === null) return [];
  const { keras_history: history } = value as Record<string, unknown>;
  return Array.isArray(history) ? [String(history[0])] : Object.values(value).flatMap(historiesIn);
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function refusal(file: string, found: string): UserError {
  return new UserError(`Cannot translate the model ${file}: ${found}`);
}
