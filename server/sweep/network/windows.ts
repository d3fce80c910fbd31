import type { Shape, Window } from './laid-layer.ts';
import { NetworkMistake } from './network-mistake.ts';

/** A picture as messages show it. */
export function toText(shape: Shape): string {
  return shape.length === 1 ? `a flat vector of ${shape[0]}` : `a picture of ${shape.join(' × ')}`;
}

/** The input of a layer that takes pictures. */
export function pictureOf(input: Shape, what: string, path: string): [height: number, width: number, channels: number] {
  const [height, width, channels] = input;
  if (width === undefined || channels === undefined)
    throw new NetworkMistake(
      path,
      `found ${toText(input)} before ${what}, wanted a picture: it comes before "flatten"`,
    );
  return [height!, width, channels];
}

/** How many windows there are along each side, as TensorFlow counts them. */
export function countWindows(
  [height, width]: readonly [number, number, ...number[]],
  { size, stride, padding }: Window,
  path: string,
): [rows: number, columns: number] {
  if (padding === 'same') return [Math.ceil(height / stride), Math.ceil(width / stride)];
  if (size > height || size > width)
    throw new NetworkMistake(
      path,
      `found a window of ${size} × ${size} on a picture of ${height} × ${width}, ` +
        'wanted one that fits: a smaller one, or "padding": "same"',
    );
  return [Math.floor((height - size) / stride) + 1, Math.floor((width - size) / stride) + 1];
}

/** One pixel over the edge is what an odd side gives; a pool that is larger is a slip. */
export function refuseLargePool(
  [height, width]: readonly [number, number, ...number[]],
  size: number,
  path: string,
): void {
  if (size > Math.max(height, width) + 1)
    throw new NetworkMistake(
      path,
      `found a pool of ${size} × ${size} on a picture of ${height} × ${width}, wanted one that is no larger`,
    );
}

/**
 * The stride by which a 1×1 convolution makes a picture of the wanted size, the smallest one if there are several; null
 * where there is none.
 */
export function strideBetween([height, width]: Shape, [rows, columns]: Shape): number | null {
  for (let stride = 1; stride <= Math.max(height!, width!); stride++) {
    if (Math.ceil(height! / stride) === rows && Math.ceil(width! / stride) === columns) return stride;
  }
  return null;
}
