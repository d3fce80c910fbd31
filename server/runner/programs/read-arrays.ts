import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arrays } from '../../training/measures/measure-arrays.ts';
import { readNpy, type Npy } from './read-npy.ts';

const NAMES = ['features', 'logits', 'labels'] as const;

/**
 * Reads the arrays of an evaluation from the folder of a stage, and checks that they belong together.
 *
 * @param files their names in the folder
 * @throws {Error} which says what was found and what is wanted
 */
export async function readArrays(folder: string, files: Record<(typeof NAMES)[number], string>): Promise<Arrays> {
  const [features, logits, labels] = await Promise.all(NAMES.map((name) => readNpy(join(folder, files[name]), name)));
  // They are measured now, and would take room until the stage ends.
  for (const name of NAMES) await rm(join(folder, files[name]), { force: true });
  const [n] = labels!.shape;
  const shapes = [features!, logits!, labels!].map(({ shape }) => `[${shape.join(', ')}]`).join(', ');
  const fit = features!.shape.length === 2 && logits!.shape.length === 2 && labels!.shape.length === 1;
  if (!fit || n === 0 || features!.shape[0] !== n || logits!.shape[0] !== n)
    throw new Error(`found features, logits and labels of shapes ${shapes}, wanted [n, d], [n, classes] and [n]`);
  const classes = logits!.shape[1]!;
  return {
    features: floats(features!, 'features'),
    logits: floats(logits!, 'logits'),
    labels: whole(labels!, classes),
    d: features!.shape[1]!,
    classes,
  };
}

function floats({ values }: Npy, name: string): Float32Array | Float64Array {
  if (values instanceof Int32Array) throw new Error(`found ${name} of whole numbers, wanted float32 or float64`);
  return values;
}

function whole({ values }: Npy, classes: number): Int32Array {
  const wrong = values.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (values instanceof Int32Array && wrong < 0) return values;
  throw new Error(
    wrong < 0
      ? 'found labels of type float, wanted int32 or int64'
      : `found the label ${values[wrong]} at ${wrong}, wanted whole numbers from 0 to ${classes - 1}`,
  );
}
