import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { explainFileError } from '../sweep/file-error.ts';
import { readTopology, type Topology } from '../sweep/keras/read-topology.ts';
import { translateModel, type Translation } from '../sweep/keras/translate-model.ts';
import type { Layer } from '../sweep/layers.ts';
import { problemsOfNetwork } from '../sweep/network/network-problems.ts';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import { problemsOf } from '../sweep/schema/issues.ts';
import { layersSchema } from '../sweep/schema/layer-schema.ts';
import { UserError } from '../sweep/user-error.ts';
import { readKerasWeights } from '../training/weights/keras-weights.ts';
import { encodeSafetensors } from '../training/weights/safetensors.ts';

/** A model of Keras as a definition has it. */
export interface ImportedModel {
  layers: Layer[];
  notes: string[];
  /** Its weights as safetensors; null where they were not asked for. */
  weights: Uint8Array | null;
}

/** @param withWeights also reads the weights beside it */
export async function importModel(file: string, withWeights: boolean): Promise<ImportedModel> {
  const topology = readTopology(readJson(file), file);
  const translation = translateModel(topology);
  const problems =
    translation.problems.length > 0 ? translation.problems : problemsOf(layersSchema, translation.layers, ['layers']);
  if (problems.length > 0) throw new DefinitionError(`Cannot translate the model ${file}`, problems);
  const layers = layersSchema.parse(translation.layers);
  return {
    layers,
    notes: [
      ...translation.notes,
      ...shapeNotes(translation, layers),
      ...weightNotes(topology, translation, withWeights),
    ],
    weights: withWeights ? await toSafetensors(topology, translation, file) : null,
  };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, `read the model ${resolve(file)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`Cannot read the model ${resolve(file)}: it is not JSON`);
  }
}

/** What `plan` would say of it, for images of the size that the model was made for. */
function shapeNotes({ shape }: Translation, layers: Layer[]): string[] {
  if (shape === null) return [];
  return [
    `it was made for images of ${shape.join(' × ')}`,
    ...shapeProblems(layers, shape).map(({ path, message }) => `${path}: ${message}`),
  ];
}

function shapeProblems(layers: Layer[], shape: number[]): Problem[] {
  return problemsOfNetwork({ layers, embedding: 64, dropout: 0 }, { shape, classes: 2, batchSize: 1 });
}

function weightNotes({ manifest }: Topology, { weightNotes: notes }: Translation, withWeights: boolean): string[] {
  if (withWeights)
    return ['"weights" beside "layers" starts from its weights, with "fresh": ["embedding", "head"]', ...notes];
  return manifest === null ? [] : ['its weights are named too: --weights FILE writes them as safetensors'];
}

async function toSafetensors(
  { manifest }: Topology,
  { layers, sources, shape }: Translation,
  file: string,
): Promise<Uint8Array> {
  if (manifest === null)
    throw new UserError(
      `Cannot translate the weights of ${file}: it names none, wanted the model.json that TensorFlow.js saves`,
    );
  if (shape === null)
    throw new UserError(`Cannot translate the weights of ${file}: it does not say the shape of its images`);
  const problems = shapeProblems(layers, shape);
  if (problems.length > 0) throw new DefinitionError(`Cannot translate the weights of ${file}`, problems);
  const tensors = await readKerasWeights({ layers, sources, shape }, manifest, dirname(resolve(file)));
  return encodeSafetensors(tensors, { format: 'cosweep' });
}
