import { basename, join } from 'node:path';
import type { LaidLayer } from '../../sweep/network/laid-layer.ts';
import { layOutNetwork } from '../../sweep/network/lay-out-network.ts';
import { type ParameterSpec, sizeOf } from '../../sweep/network/parameter-spec.ts';
import type { WeightGroup } from '../../sweep/keras/read-topology.ts';
import type { Source } from '../../sweep/keras/translated.ts';
import type { Translation } from '../../sweep/keras/translate-model.ts';
import { UserError } from '../../sweep/user-error.ts';
import { readWhole, withDataFile } from '../datasets/data-file.ts';
import type { HostState, HostTensor } from '../state.ts';

/**
 * The weights of a Keras model that TensorFlow.js has saved, under the names that they have in the translated network.
 *
 * @param folder of its `model.json`, where the files of weights are too
 */
export async function readKerasWeights(
  { layers, sources, shape }: Pick<Translation, 'layers' | 'sources'> & { shape: readonly number[] },
  manifest: readonly WeightGroup[],
  folder: string,
): Promise<HostState> {
  const found = new Map<string, HostTensor>();
  for (const group of manifest) for (const [name, tensor] of await readGroup(group, folder)) found.set(name, tensor);
  const { body } = layOutNetwork({ layers, embedding: 1, dropout: 0 }, shape);
  const weighted = withParameters(body);
  const taken = new Map<string, string>();
  return Object.fromEntries(
    weighted.flatMap((layer, i) =>
      [...layer.parameters, ...layer.statistics].map((spec) => [
        spec.name,
        tensorOf(spec, sources[i]!, { found, taken }),
      ]),
    ),
  );
}

/** In the order in which they are translated: a branch before its shortcut. */
function withParameters(layers: readonly LaidLayer[]): LaidLayer[] {
  return layers.flatMap((layer) => {
    if (layer.kind === 'residual') return withParameters([...layer.branch, ...layer.shortcut]);
    return layer.parameters.length > 0 ? [layer] : [];
  });
}

interface Tensors {
  found: ReadonlyMap<string, HostTensor>;
  /** Which parameter has taken which of them. */
  taken: Map<string, string>;
}

function tensorOf(spec: ParameterSpec, { layer, parts }: Source, { found, taken }: Tensors): HostTensor {
  const names = parts[spec.name.slice(spec.name.lastIndexOf('/') + 1)]!.map((part) => `${layer}/${part}`);
  const name = nameAmong([...found.keys()], names);
  const other = taken.get(name);
  if (other !== undefined)
    throw new UserError(
      `Cannot translate the weights: found ${name} for both ${other} and ${spec.name}, wanted weights for each`,
    );
  taken.set(name, spec.name);
  const tensor = found.get(name)!;
  if (`${tensor.shape}` === `${spec.shape}`) return tensor;
  throw new UserError(
    `Cannot translate the weights: found ${name} as ${tensor.shape.join(' × ')}, wanted ${spec.shape.join(' × ')}`,
  );
}

/** Some models write names of what a layer is in before its own: `model/conv/kernel`. */
function nameAmong(found: readonly string[], wanted: readonly string[]): string {
  const exact = found.filter((name) => wanted.includes(name));
  const matching = exact.length > 0 ? exact : found.filter((name) => wanted.some((end) => name.endsWith(`/${end}`)));
  const [name, second] = matching;
  if (name !== undefined && second === undefined) return name;
  throw new UserError(
    `Cannot translate the weights: found ${name === undefined ? 'no ' : `${name} and ${second}, wanted one `}` +
      `${wanted.join(' or ')} among them`,
  );
}

/** The tensors of a group lie one after the other, over all of its files. */
async function readGroup({ paths, weights }: WeightGroup, folder: string): Promise<[string, HostTensor][]> {
  const strange = weights.find(({ dtype, quantization }) => dtype !== 'float32' || quantization !== undefined);
  if (strange)
    throw new UserError(
      `Cannot translate the weights: found ${JSON.stringify(strange.name)} as ` +
        `${strange.quantization === undefined ? JSON.stringify(strange.dtype) : 'quantised numbers'}, wanted float32`,
    );
  const pieces: Uint8Array[] = [];
  for (const path of paths) pieces.push(await readShard(path, folder));
  const bytes = new Uint8Array(Buffer.concat(pieces));
  const wanted = 4 * weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (bytes.length !== wanted)
    throw new UserError(
      `Cannot translate the weights: found ${bytes.length} bytes in ${paths.join(', ')}, wanted ${wanted}`,
    );
  let at = 0;
  return weights.map(({ name, shape }) => {
    const values = new Float32Array(bytes.buffer, at, sizeOf(shape));
    at += values.byteLength;
    return [name, { shape, values }];
  });
}

function readShard(path: string, folder: string): Promise<Uint8Array> {
  if (basename(path) !== path || path === '..')
    throw new UserError(
      `Cannot translate the weights: found the file ${JSON.stringify(path)}, wanted one beside the model`,
    );
  return withDataFile(join(folder, path), 'a file of weights', readWhole);
}
