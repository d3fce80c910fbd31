import { resolve } from 'node:path';
import type { ImagesSource } from '../../sweep/settings.ts';
import type { ImageShape, Part, Source, SourceContext } from '../dataset.ts';
import { Budget } from './budget.ts';
import { ImageReader, LARGEST_IMAGE } from './image-file.ts';
import type { Depth } from './image-file.ts';
import { listImages } from './image-folders.ts';
import type { Listing, Listings } from './image-folders.ts';
import { checkPartSize } from './sizes.ts';

const AT_ONCE = 8;

/**
 * A folder with one sub-folder per class; or a folder with `train`, and optionally `val` and `test`, which each have
 * one sub-folder per class. Images are turned upright, scaled, and cut to size × size around the middle. Transparency
 * becomes black; 1 channel is grey. Images of 16 bits become bytes by the bits that all of them together use: those of
 * a camera with 12 bits fill the range of a byte.
 */
export const images: Source<ImagesSource> = {
  async describe(settings, context) {
    const { train, validation } = await listAll(settings, context, await ImageReader.open());
    return {
      shape: shapeOf(settings),
      classes: train.classes.length,
      trainCount: train.files.length,
      ownValidation: validation !== null,
    };
  },

  async load(settings, context) {
    const reader = await ImageReader.open();
    const { train, validation, test } = await listAll(settings, context, reader);
    const loader = new Loader(reader, settings);
    const parts: (Part | null)[] = [];
    for (const listing of [train, validation, test]) parts.push(listing && (await loader.readPart(listing)));
    await loader.readWide(context.log);
    if (loader.paged > 0)
      context.log(
        `${resolve(context.baseFolder, settings.folder)}: ` +
          `${loader.paged === 1 ? '1 file holds' : `${loader.paged} files hold`} several images; the first is read`,
      );
    return {
      shape: shapeOf(settings),
      classes: train.classes,
      train: parts[0]!,
      validation: parts[1]!,
      test: parts[2]!,
    };
  },
};

async function listAll(
  settings: ImagesSource,
  { baseFolder, log }: SourceContext,
  { endings }: ImageReader,
): Promise<Listings> {
  const folder = resolve(baseFolder, settings.folder);
  const listings = await listImages(folder, endings);
  const parts = [listings.train, listings.validation, listings.test].filter((part) => part !== null);
  for (const part of parts)
    checkPartSize(part.folder, part.files.length, shapeOf(settings), 1, 'training.dataset.size');
  if (!listings.leftOut.isEmpty) {
    const count = parts.reduce((total, { files }) => total + files.length, 0);
    log(`${folder}: ${count} images are read; left out: ${listings.leftOut.text}. Read are ${endings.join(' ')}`);
  }
  return listings;
}

/** An image of 16 bits, and where its bytes go. */
interface WideImage {
  path: string;
  target: Uint8Array;
  /** As `ImageHeader` has them. */
  bytes: number;
}

/** Decodes the images of all parts, several at once, within the memory that one large image takes. */
class Loader {
  readonly #reader: ImageReader;
  readonly #settings: ImagesSource;
  readonly #budget = new Budget(LARGEST_IMAGE);
  readonly #wide: WideImage[] = [];
  #depth: Depth = { used: 0, isDeep: false };
  /** Files that hold more than one image. */
  paged = 0;

  constructor(reader: ImageReader, settings: ImagesSource) {
    this.#reader = reader;
    this.#settings = settings;
  }

  /** Reads a part, except for its images of 16 bits: those are measured, and read by `readWide`. */
  async readPart({ files }: Listing): Promise<Part> {
    const [height, width, channels] = shapeOf(this.#settings);
    const size = height * width * channels;
    const pixels = new Uint8Array(files.length * size);
    await atOnce(files, ({ path }, i) => this.#readImage(path, pixels.subarray(i * size, (i + 1) * size)));
    return { count: files.length, pixels, labels: Int32Array.from(files, (file) => file.label) };
  }

  async #readImage(path: string, target: Uint8Array): Promise<void> {
    const fileSize = await this.#reader.fileSize(path);
    const header = await this.#budget.use(fileSize, () => this.#reader.header(path));
    const { bytes, isWide, pages } = header;
    if (pages > 1) this.paged++;
    await this.#budget.use(bytes, async () => {
      if (!isWide) return target.set(await this.#reader.read(path, this.#settings));
      const { used, isDeep } = await this.#reader.depth(path, header);
      this.#depth = { used: this.#depth.used | used, isDeep: this.#depth.isDeep || isDeep };
      this.#wide.push({ path, target, bytes });
    });
  }

  /** Reads the images of 16 bits that the parts have left. */
  async readWide(log: (message: string) => void): Promise<void> {
    const bits = bitsToRead(this.#depth);
    if (this.#wide.length > 0 && bits < 16)
      log(`${this.#wide.length} images of 16 bits use ${bits} of them: the upper 8 of these are read`);
    await atOnce(this.#wide, ({ path, target, bytes }) =>
      this.#budget.use(bytes, async () =>
        target.set(
          bits === 16
            ? await this.#reader.read(path, this.#settings)
            : await this.#reader.readUpper(path, this.#settings, bits),
        ),
      ),
    );
  }
}

/** How many bits images of 16 bits have in truth, 8 to 16. Bytes that were made words are read as what they were. */
function bitsToRead({ used, isDeep }: Depth): number {
  return isDeep ? Math.max(8, Math.floor(Math.log2(used)) + 1) : 16;
}

/** Works on several items at once, and on no further one after a failure. */
async function atOnce<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) await work(items[i]!, i);
  };
  const stop = (error: unknown) => {
    next = items.length;
    throw error;
  };
  // Nothing goes on in the background after a failure.
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => worker().catch(stop)));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}

function shapeOf({ size, channels }: ImagesSource): ImageShape {
  return [size, size, channels];
}
