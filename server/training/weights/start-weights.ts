import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { isWithin } from '../../sweep/network/is-within.ts';
import { headParameters, layOutNetwork } from '../../sweep/network/lay-out-network.ts';
import type { Images } from '../../sweep/network/network-problems.ts';
import type { ParameterSpec } from '../../sweep/network/parameter-spec.ts';
import { DefinitionError, type Problem, toFound } from '../../sweep/problem.ts';
import type { ModelSettings } from '../../sweep/settings.ts';
import { toSuggestion } from '../../sweep/suggest.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { HostState } from '../state.ts';
import { readSafetensors, readSafetensorsHeader, type TensorEntry } from './safetensors.ts';

/** A model that starts from a file of weights. */
export type StartingModel = ModelSettings & { weights: string };

export function startsFromFile(model: ModelSettings): model is StartingModel {
  return model.weights !== undefined;
}

/**
 * What does not match between a file of weights and a network: tensors of other shapes, tensors that it lacks, and
 * tensors that nothing in the network is called. Layers that are drawn (`fresh`) take nothing from the file.
 *
 * @param baseFolder where a relative path starts
 */
export async function problemsOfStart(model: StartingModel, images: Images, baseFolder: string): Promise<Problem[]> {
  const found = await readSafetensorsHeader(resolve(baseFolder, model.weights));
  return problemsOfTensors(model, images, found);
}

/**
 * Reads the file as it is now, which may be another one than `plan` has seen.
 *
 * @returns its SHA-256, in hex: wherever it lies, equal weights are equal
 * @throws UserError where a network cannot start from it
 */
export async function hashStart(model: StartingModel, images: Images, baseFolder: string): Promise<string> {
  const path = resolve(baseFolder, model.weights);
  const { bytes, entries, tensors } = await readSafetensors(path);
  const problems = problemsOfTensors(model, images, entries);
  if (problems.length > 0) throw new DefinitionError(`Cannot start from the weights ${path}`, problems);
  const wrong = Object.keys(tensors).find((name) => !isUsable(name, tensors[name]!.values));
  if (wrong === undefined) return hashOf(bytes);
  const wanted = wrong.endsWith('/variance') ? 'finite numbers ≥ 0' : 'finite numbers';
  throw new UserError(`Cannot start from the weights ${path}: found another in ${toFound(wrong)}, wanted ${wanted}`);
}

function isUsable(name: string, values: Float32Array): boolean {
  const least = name.endsWith('/variance') ? 0 : -Infinity;
  return values.every((value) => Number.isFinite(value) && value >= least);
}

/**
 * The part of the state before batch 0 that comes from the file.
 *
 * @param wanted the hash that the file had when the sweep began
 */
export async function loadStart(
  model: StartingModel,
  images: Images,
  { baseFolder, wanted }: { baseFolder: string; wanted: string },
): Promise<HostState> {
  const path = resolve(baseFolder, model.weights);
  const { bytes, tensors } = await readSafetensors(path);
  const hash = hashOf(bytes);
  if (hash !== wanted)
    throw new Error(
      `Cannot start from the weights ${path}: the file has changed since the sweep began ` +
        `(it was ${wanted.slice(0, 12)}…, found ${hash.slice(0, 12)}…). ` +
        'Wanted: the same file to the end; `cosweep run` trains all of it from what is there now',
    );
  const { weights, statistics } = tensorsOf(model, images);
  const of = (part: string, specs: ParameterSpec[]): [string, HostState[string]][] =>
    specs
      .filter(({ name }) => !isFresh(model, name))
      .map(({ name }) => [`${part}/${name}`, startOf(tensors, name, path)]);
  return Object.fromEntries([...of('weights', weights), ...of('statistics', statistics)]);
}

/** `plan` has found it there; a file that came later may lack it. */
function startOf(tensors: HostState, name: string, path: string): HostState[string] {
  const tensor = tensors[name];
  if (tensor) return tensor;
  throw new UserError(`Cannot start from the weights ${path}: it lacks ${JSON.stringify(name)}`);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Tensors {
  weights: ParameterSpec[];
  statistics: ParameterSpec[];
}

/** What of a state a file may give: not the optimiser's slots, and not the centers. */
function tensorsOf(model: ModelSettings, { shape, classes }: Images): Tensors {
  const { parameters, statistics } = layOutNetwork(model, shape);
  return { weights: [...parameters, ...headParameters(classes, model.embedding)], statistics };
}

function isFresh({ fresh = [] }: ModelSettings, name: string): boolean {
  return fresh.some((group) => isWithin(name, group));
}

function problemsOfTensors(model: StartingModel, images: Images, found: readonly TensorEntry[]): Problem[] {
  const { weights, statistics } = tensorsOf(model, images);
  const wanted = [...weights, ...statistics].filter(({ name }) => !isFresh(model, name));
  const byName = new Map(found.map((entry) => [entry.name, entry]));
  const missing = wanted.filter(({ name }) => !byName.has(name));
  const known = new Set([...weights, ...statistics].map(({ name }) => name));
  const unknown = found.filter(({ name }) => !isFresh(model, name) && !known.has(name));
  const problem = (message: string): Problem => ({ path: 'training.model.weights', message });
  return [
    ...wanted.flatMap((spec) => differenceOf(spec, byName.get(spec.name))).map(problem),
    ...lackOf(missing).map(problem),
    ...unknown.map(({ name }, i) => problem(whyUnknown(name, i < MOST_NAMED ? missing : []))),
  ];
}

function differenceOf({ name, shape }: ParameterSpec, entry: TensorEntry | undefined): string[] {
  if (entry === undefined) return [];
  if (entry.dtype !== 'F32') return [`found ${toFound(name)} of type ${toFound(entry.dtype)} in the file, wanted F32`];
  if (`${entry.shape}` === `${shape}`) return [];
  return [
    `found ${toFound(name)} as ${toShape(entry.shape)} in the file and as ${toShape(shape)} in the network, ` +
      `wanted the same shape, or ${toFound(layerOf(name))} in "fresh", which draws it`,
  ];
}

const MOST_NAMED = 4;

function lackOf(missing: readonly ParameterSpec[]): string[] {
  if (missing.length === 0) return [];
  const layers = [...new Set(missing.map(({ name }) => layerOf(name)))];
  const named = missing.slice(0, MOST_NAMED).map(({ name }) => toFound(name));
  const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : '';
  return [
    `found no ${named.join(', ')}${more} in the file, wanted every tensor of the network, ` +
      `or "fresh": [${layers.slice(0, MOST_NAMED).map(toFound).join(', ')}${layers.length > MOST_NAMED ? ', …' : ''}]`,
  ];
}

/** @param missing what it may have been meant to be */
function whyUnknown(name: string, missing: readonly ParameterSpec[]): string {
  const suggestion = toSuggestion(
    name,
    missing.map((spec) => spec.name),
  );
  return `found ${toFound(name)} in the file, wanted only tensors that the network has${suggestion}`;
}

/** `stage1/conv1/kernel` → `stage1/conv1` */
function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

function toShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.join(' × ');
}
