import type { ImageShape, Part } from '../dataset.ts';

/** Small pictures of images, as people look at them. */
export interface Thumbnails {
  /** [height, width, channels]; one channel is grey, three are red, green and blue. */
  shape: ImageShape;
  /** By image: bytes, channels last. */
  pixels: Uint8Array[];
}

/** Sides in pixels, and numbers of an image: 64 × 64 in grey, 36 × 36 in colour. */
const MOST_SIDE = 64;
const MOST_NUMBERS = MOST_SIDE ** 2;

/**
 * Images of a part as thumbnails. A larger image is scaled down: each pixel is the mean of those that it stands for.
 * Images of three channels keep their colours; of any other number the mean is shown in grey. Bytes stay as they are.
 * Other numbers are spread over 0 … 255, the same way for all of the images.
 *
 * @param indices of the images
 */
export function thumbnails({ pixels }: Part, shape: ImageShape, indices: readonly number[]): Thumbnails {
  const small = thumbnailShape(shape);
  const size = shape[0] * shape[1] * shape[2];
  const scaled = indices.map((index) => scaleDown(pixels.subarray(index * size, (index + 1) * size), shape, small));
  const toByte = pixels instanceof Uint8Array ? Math.round : spreadOver(scaled);
  return { shape: small, pixels: scaled.map((values) => Uint8Array.from(values, toByte)) };
}

function thumbnailShape([height, width, channels]: ImageShape): ImageShape {
  const kept = channels === 3 ? 3 : 1;
  const scale = Math.min(1, MOST_SIDE / height, MOST_SIDE / width, Math.sqrt(MOST_NUMBERS / (height * width * kept)));
  const [h, w] = [height, width].map((side) => Math.max(1, Math.floor(side * scale)));
  return [h!, w!, kept];
}

function scaleDown(
  image: Part['pixels'],
  [height, width, channels]: ImageShape,
  [smallHeight, smallWidth, kept]: ImageShape,
): Float64Array {
  const small = new Float64Array(smallHeight * smallWidth * kept);
  const mixed = channels / kept; // channels that become one
  for (let y = 0; y < smallHeight; y++) {
    const rows = stretch(y, smallHeight, height);
    for (let x = 0; x < smallWidth; x++) {
      const columns = stretch(x, smallWidth, width);
      const at = (y * smallWidth + x) * kept;
      const pixels = (rows.to - rows.from) * (columns.to - columns.from);
      for (let row = rows.from; row < rows.to; row++)
        for (let column = columns.from; column < columns.to; column++)
          for (let channel = 0; channel < channels; channel++)
            small[at + (channel % kept)]! += image[(row * width + column) * channels + channel]! / (pixels * mixed);
    }
  }
  return small;
}

/** The pixels of a side that one of `count` pixels stands for. */
function stretch(place: number, count: number, side: number): { from: number; to: number } {
  return { from: Math.floor((place * side) / count), to: Math.floor(((place + 1) * side) / count) };
}

function spreadOver(images: Float64Array[]): (value: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (const image of images) {
    for (const value of image) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return (value) => (high > low ? Math.round((255 * (value - low)) / (high - low)) : 0);
}
