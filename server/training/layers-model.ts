import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Dataset } from './dataset.ts';
import type { Drawing } from './models/drawing.ts';
import { buildNetwork, structureAt, type RunSettings } from './network.ts';
import type { HostState } from './state.ts';
import { predictionIsCosine } from './step.ts';

/** A file of a saved model. */
export interface ModelFile {
  name: string;
  bytes: Uint8Array;
}

export interface TrainedNetwork {
  settings: RunSettings;
  dataset: Dataset;
  state: HostState;
  /** Further facts about the run, for the file's metadata. */
  about: Record<string, unknown>;
}

/** Browsers cache files of this size well, and the converter of TensorFlow.js makes files of this size, too. */
const SHARD_BYTES = 4 * 1024 * 1024;

/**
 * A trained network as a layers model of TensorFlow.js, which `tf.loadLayersModel` loads: `model.json` and the shards
 * of its weights.
 *
 * Input: images [B, height, width, channels] with pixels as the data set's source has them (0 to 255 for images); the
 * first layer normalises them as in training. Outputs: `logits` [B, C] of the linear head; `embedding` [B, d]; and,
 * where the run predicts by its cosines (no cross-entropy, or a cosine head), `projections` [B, C] = |embedding| ·
 * cos(embedding, w_c), whose largest is the prediction. The metadata says which output predicts.
 *
 * An engine must be open: it holds the weights meanwhile.
 */
export async function toLayersModel({ settings, dataset, state, about }: TrainedNetwork): Promise<ModelFile[]> {
  const { classes, shape } = dataset;
  const network = buildNetwork(settings, dataset);
  const byCosine = predictionIsCosine(structureAt(network, 0));
  const drawing = drawingOf({ ...state, ...normalisation(dataset), ...heads(state, byCosine) });
  const { layers, add } = drawing;

  const images = tfl.input({ shape, name: 'images' });
  const normalised = add(
    layers.batchNormalization({ name: 'normalise', epsilon: 0, center: false, scale: false }),
    images,
    ['mean', 'variance'],
  );
  const embedding = network.model.draw(normalised, drawing);
  const logits = add(layers.dense({ name: 'logits', units: classes.length, kernelInitializer: 'zeros' }), embedding, [
    'logits/kernel',
    'weights/head/bias',
  ]);
  const projections = byCosine
    ? [
        add(
          layers.dense({ name: 'projections', units: classes.length, useBias: false, kernelInitializer: 'zeros' }),
          embedding,
          ['projections/kernel'],
        ),
      ]
    : [];
  const outputs = [logits, embedding, ...projections];
  const name = settings.training.model.name ?? 'network';
  const model = tfl.model({ name, inputs: images, outputs });
  model.setUserDefinedMetadata({
    ...about,
    network: name,
    dataset: dataset.name,
    input: `[batch, ${shape.join(', ')}], pixels as the data set's files have them`,
    outputs: ['logits', 'embedding', ...(byCosine ? ['projections'] : [])],
    predictsBy: byCosine ? 'projections' : 'logits',
    classes,
  });
  try {
    return await filesOf(model);
  } finally {
    model.dispose();
  }
}

function drawingOf(tensors: HostState): Drawing {
  return {
    layers: tfl.layers,
    add(layer, x, names = []) {
      const y = layer.apply(x) as tfl.SymbolicTensor;
      const values = names.map((name) => tf.tensor(tensors[name]!.values, tensors[name]!.shape));
      layer.setWeights(values);
      tf.dispose(values);
      return y;
    },
  };
}

/** (x − mean) / std is a batch normalisation with fixed statistics. */
function normalisation({ mean, std }: Dataset): HostState {
  const shape = [mean.length];
  return { mean: { shape, values: mean }, variance: { shape, values: std.map((deviation) => deviation * deviation) } };
}

/** The head's rows W [C, d] as the kernels [d, C] that a dense layer wants. */
function heads(state: HostState, byCosine: boolean): HostState {
  const {
    shape: [classes, width],
    values,
  } = state['weights/head/weights']! as { shape: [number, number]; values: Float32Array };
  const rows = Array.from({ length: classes }, (_, c) => values.subarray(c * width, (c + 1) * width));
  const kernel = (scale: (row: Float32Array) => number) => ({
    shape: [width, classes],
    values: columns(rows.map((row) => row.map((value) => value / scale(row)))),
  });
  return {
    'logits/kernel': kernel(() => 1),
    ...(byCosine ? { 'projections/kernel': kernel((row) => Math.hypot(...row)) } : {}),
  };
}

function columns(rows: Float32Array[]): Float32Array {
  const width = rows[0]!.length;
  return Float32Array.from(
    { length: rows.length * width },
    (_, i) => rows[i % rows.length]![Math.floor(i / rows.length)]!,
  );
}

async function filesOf(model: tfl.LayersModel): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { weightData, weightSpecs = [], ...rest } = artifacts;
      const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
      const shards = toShards(bytes);
      const manifest = [{ paths: shards.map(({ name }) => name), weights: weightSpecs }];
      files.push(
        { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify({ ...rest, weightsManifest: manifest })) },
        ...shards,
      );
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return files;
}

function toShards(bytes: Uint8Array): ModelFile[] {
  const count = Math.max(1, Math.ceil(bytes.length / SHARD_BYTES));
  return Array.from({ length: count }, (_, i) => ({
    name: `group1-shard${i + 1}of${count}.bin`,
    bytes: bytes.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  }));
}
