import { UserError } from '../../sweep/user-error.ts';
import type { ImageShape } from '../dataset.ts';

/** Bytes that the images of one part may take in memory: not every machine can make a larger array of bytes. */
export const LARGEST_PART = 2 ** 31;
/** Images of one part. */
export const MOST_IMAGES = 10_000_000;
/** Numbers of one image: height × width × channels. */
export const MOST_VALUES = 2 ** 24;
/** A network's last layer, and its table of confusions, grow with the classes. */
export const MOST_CLASSES = 32_768;

/**
 * Refuses a part that would not fit, before memory for it is taken.
 *
 * @param what the file or folder, for the message
 * @param bytes of each number in memory
 * @param setting what the user may change, as `training.dataset.size`
 */
export function checkPartSize(
  what: string,
  count: number,
  shape: ImageShape,
  bytes: 1 | 4,
  setting: string | null = null,
): void {
  const values = shape[0] * shape[1] * shape[2];
  const where = setting === null ? '' : ` (${setting})`;
  const refuse = (found: string, wanted: string) => {
    throw new UserError(`Cannot load ${what}: ${found}; ${wanted} are wanted${where}`);
  };
  if (values > MOST_VALUES)
    refuse(`images of ${shape.join('×')} have ${values} numbers each`, `at most ${MOST_VALUES}`);
  if (count > MOST_IMAGES) refuse(`found ${count} images`, `at most ${MOST_IMAGES}`);
  if (count * values * bytes > LARGEST_PART) {
    const gibibytes = ((count * values * bytes) / 2 ** 30).toFixed(1);
    refuse(`${count} images of ${shape.join('×')} take ${gibibytes} GiB`, 'at most 2 GiB');
  }
}

/** Refuses more classes than a network can be made for. */
export function checkClassCount(what: string, classes: number): void {
  if (classes <= MOST_CLASSES) return;
  throw new UserError(`Cannot use ${what}: found ${classes} classes; at most ${MOST_CLASSES} are wanted`);
}
