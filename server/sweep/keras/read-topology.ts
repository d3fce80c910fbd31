import { z } from 'zod';
import { toFound } from '../problem.ts';
import { UserError } from '../user-error.ts';

/** A layer of a Keras model as its JSON has it. */
export interface KerasLayer {
  name: string;
  className: string;
  config: Readonly<Record<string, unknown>>;
  /** The layers whose outputs its first call takes. */
  inputs: string[];
  /** What that call is told besides: `training`. */
  told: Readonly<Record<string, unknown>>;
  /** What no layer of a chain is: called twice, or fed by another output than a layer's first. */
  mistakes: string[];
}

/** The layers of a model, each after those that it takes something from, as Keras lists them. */
export interface Topology {
  layers: KerasLayer[];
  /** The layers whose outputs are those of the model; null where it does not say them. */
  outputs: string[] | null;
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
  return { ...readModel(parsed.data, file), manifest: manifest.success ? manifest.data : null };
}

/** The layers of a model, and in their places those of the models inside of it. */
function readModel({ class_name: kind, config }: z.output<typeof model>, file: string): Omit<Topology, 'manifest'> {
  const list = z.array(written).safeParse(Array.isArray(config) ? config : object(config).layers);
  if (!list.success) throw refusal(file, `found no list of layers, ${WANTED}`);
  if (list.data.length > MOST_LAYERS)
    throw refusal(file, `found ${list.data.length} layers, wanted at most ${MOST_LAYERS}`);
  if (kind !== 'Sequential' && !isFunctional(kind))
    throw refusal(
      file,
      `found a model of the class ${JSON.stringify(kind.slice(0, 60))}, wanted Sequential or Functional`,
    );
  // What a model inside gives is the output of one of its layers.
  const ends = new Map<string, string>();
  const named = (name: string): string => ends.get(name) ?? name;
  const layers = list.data.flatMap((each, i) => {
    const calls = kind === 'Sequential' ? afterLayer(list.data[i - 1]) : readCalls(each.inbound_nodes ?? []);
    const placed = { ...toLayer(each), ...calls, inputs: calls.inputs.map(named) };
    if (each.class_name !== 'Sequential' && !isFunctional(each.class_name)) return [placed];
    const inner = readModel(each, file);
    const end = inner.outputs?.[0] ?? inner.layers.at(-1)?.name ?? placed.inputs[0];
    if (end !== undefined) ends.set(placed.name, end);
    return inPlace(inner, placed);
  });
  return { layers, outputs: outputsOf(config)?.map(named) ?? null };
}

function isFunctional(kind: string): boolean {
  return kind === 'Functional' || kind === 'Model';
}

/** In a Sequential model each layer takes what the one before it gives. */
function afterLayer(before: z.output<typeof written> | undefined): Calls {
  return { ...NO_CALL, inputs: before === undefined ? [] : [toLayer(before).name] };
}

/** The layers of a model inside, whose first one takes what the model is called with. */
function inPlace({ layers, outputs }: Omit<Topology, 'manifest'>, model: KerasLayer): KerasLayer[] {
  const starts = layers.filter(({ inputs }) => inputs.length === 0);
  const mistakes = [
    ...model.mistakes,
    ...(starts.length > 1 ? [`found it in ${toFound(model.name)} of ${starts.length} inputs, wanted one`] : []),
    ...((outputs?.length ?? 1) > 1
      ? [`found it in ${toFound(model.name)} of ${outputs!.length} outputs, wanted one`]
      : []),
  ];
  const { training, ...told } = model.told;
  return layers.map((layer) => ({
    ...layer,
    ...(layer === starts[0]
      ? { inputs: model.inputs, told: { ...told, ...layer.told }, mistakes: [...mistakes, ...layer.mistakes] }
      : {}),
    ...(training !== undefined && DIFFER_IN_TRAINING.has(layer.className) ? { told: { training, ...layer.told } } : {}),
  }));
}

/** A model that is called with `training` calls these with it; to the others it makes no difference. */
const DIFFER_IN_TRAINING = new Set(['BatchNormalization', 'Dropout']);

/** What is known of a layer from how it is called. */
type Calls = Pick<KerasLayer, 'inputs' | 'told' | 'mistakes'>;

const NO_CALL: Calls = { inputs: [], told: {}, mistakes: [] };

function toLayer({ class_name: className, config, name }: z.output<typeof written>): Omit<KerasLayer, keyof Calls> {
  return { name: name ?? config.name ?? className, className, config };
}

/**
 * What the calls of a layer take: `[[["conv", 0, 0, {}], …]]` in Keras 2, tensors with a `keras_history` somewhere in
 * the arguments in Keras 3. A tensor is the layer that it comes from, which of its calls and which output.
 */
function readCalls(nodes: readonly unknown[]): Calls {
  const [node] = nodes;
  const tensors: unknown[][] = Array.isArray(node)
    ? node.filter((input) => Array.isArray(input))
    : historiesIn(node).filter((history) => history.length > 0);
  return {
    inputs: tensors.map(([layer]) => String(layer)),
    told: object(Array.isArray(node) ? tensors[0]?.[3] : object(node).kwargs),
    mistakes: [
      ...(nodes.length > 1 ? [`found it called ${nodes.length} times, wanted a layer that is called once`] : []),
      ...tensors.flatMap(([layer, call = 0, output = 0]) =>
        call === 0 && output === 0
          ? []
          : [`found output ${toFound(output)} of call ${toFound(call)} of ${toFound(layer)}, wanted 0 of 0`],
      ),
    ],
  };
}

function historiesIn(value: unknown): unknown[][] {
  if (Array.isArray(value)) return value.flatMap(historiesIn);
  if (typeof value !== 'object' || value === null) return [];
  const { keras_history: history } = value as Record<string, unknown>;
  return Array.isArray(history) ? [history] : Object.values(value).flatMap(historiesIn);
}

/** A Sequential model has none: its last layer is the output. */
function outputsOf(config: unknown): string[] | null {
  const { output_layers: outputs } = object(config);
  return outputs === undefined ? null : outputsIn(outputs);
}

/** `[["dense", 0, 0], …]`; for one output Keras 3 writes `["dense", 0, 0]`. It names outputs by an object. */
function outputsIn(value: unknown): string[] {
  if (!Array.isArray(value)) return Object.values(object(value)).flatMap(outputsIn);
  return typeof value[0] === 'string' ? [value[0]] : value.flatMap(outputsIn);
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function refusal(file: string, found: string): UserError {
  return new UserError(`Cannot translate the model ${file}: ${found}`);
}
