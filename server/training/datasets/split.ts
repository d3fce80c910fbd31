import type { ImageShape, Part } from '../dataset.ts';
import { Stream } from '../../sweep/random.ts';
import { UserError } from '../../sweep/user-error.ts';

/**
 * The images' indices in an order of which every beginning is stratified. Each class is put into a random order of its
 * own; there, image number r (from 0) of n stands at (r + ½) / n. All images are then sorted by this place. So the
 * first k images hold every class in proportion, and the first k − 1 are among them: a larger limit only adds images.
 */
export function stratifiedOrder(labels: Int32Array, seed: number, purpose: string): Int32Array {
  const position = new Float64Array(labels.length);
  for (const [label, indices] of indicesByClass(labels)) {
    const order = new Stream(seed, purpose, label).permutation(indices.length);
    order.forEach((which, rank) => {
      position[indices[which]!] = (rank + 0.5) / indices.length;
    });
  }
  const order = Int32Array.from(labels, (_, index) => index);
  return order.sort((a, b) => position[a]! - position[b]! || labels[a]! - labels[b]!);
}

function indicesByClass(labels: Int32Array): Map<number, number[]> {
  const byClass = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const indices = byClass.get(label);
    if (indices) indices.push(index);
    else byClass.set(label, [index]);
  });
  return byClass;
}

/**
 * How many of `count` images become the validation part.
 *
 * @param validation a count (≥ 1) or a share (0 to 1)
 */
export function validationCount(count: number, validation: number): number {
  const wanted = validation < 1 ? Math.max(1, Math.round(count * validation)) : validation;
  if (wanted < count) return wanted;
  throw new UserError(
    `Cannot split off ${wanted} validation images: the training part has ${count}; ` +
      'at least one has to stay to train on (training.dataset.validation)',
  );
}

/** How many images are left to train on. */
export function trainCount(count: number, limit: number | null, classes: number): number {
  if (limit === null) return count;
  if (limit >= classes) return Math.min(limit, count);
  throw new UserError(
    `Cannot train on ${limit} images: there are ${classes} classes; ` +
      'a limit of at least one image a class is wanted (training.dataset.limit)',
  );
}

/** Takes a stratified validation part out of `part`; both keep the order of the source. */
export function splitPart(
  part: Part,
  shape: ImageShape,
  validation: number,
  seed: number,
): { train: Part; validation: Part } {
  const order = stratifiedOrder(part.labels, seed, 'split');
  const taken = validationCount(part.count, validation);
  return {
    train: selectImages(part, shape, order.slice(taken).sort()),
    validation: selectImages(part, shape, order.slice(0, taken).sort()),
  };
}

/** Keeps a stratified selection of `part`, in the order of the source. */
export function limitPart(part: Part, shape: ImageShape, limit: number | null, classes: number, seed: number): Part {
  const kept = trainCount(part.count, limit, classes);
  if (kept === part.count) return part;
  return selectImages(part, shape, stratifiedOrder(part.labels, seed, 'limit').slice(0, kept).sort());
}

function selectImages(part: Part, [height, width, channels]: ImageShape, indices: Int32Array): Part {
  const size = height * width * channels;
  const length = indices.length * size;
  const pixels = part.pixels instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  indices.forEach((source, target) =>
    pixels.set(part.pixels.subarray(source * size, (source + 1) * size), target * size),
  );
  return { count: indices.length, pixels, labels: Int32Array.from(indices, (index) => part.labels[index]!) };
}
