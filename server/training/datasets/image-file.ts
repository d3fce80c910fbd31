import type { Sharp } from 'sharp';
import type { ImagesSource } from '../../sweep/settings.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { readWhole, withDataFile } from './data-file.ts';
import type { DataFile } from './data-file.ts';

/** Formats that hold pixels. Others, as SVG and PDF, are programs that draw, and may read other files. */
const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'heif'];
const LOADERS = ['Png', 'Jpeg', 'Webp', 'Nsgif', 'Tiff', 'Heif'];
/** Bytes that a file may have, and that its image may take once it is decoded, before it is scaled. */
export const LARGEST_IMAGE = 2 ** 29;
const WANTED = 'an image';
/** Kinds of numbers that are read, with their bytes. */
const DEPTHS: Record<string, number> = { uchar: 1, ushort: 2 };

/** What a file's first bytes tell of its image. */
export interface ImageHeader {
  /** Bytes that reading it takes: those of the file, and those of all its pixels once they are decoded. */
  bytes: number;
  /** Whether its numbers have 16 bits; otherwise 8. */
  isWide: boolean;
  isGrey: boolean;
  /** How many images the file holds; the first is read. */
  pages: number;
}

/** What the numbers of an image with 16 bits are in truth. */
export interface Depth {
  /** The bits that any of them uses, as a number. */
  used: number;
  /** Whether some number is more than a byte. */
  isDeep: boolean;
}

type SharpModule = (typeof import('sharp'))['default'];

/** The library that decodes images. It opens nothing but formats of pixels, whatever a file's name says. */
export class ImageReader {
  readonly #sharp: SharpModule;
  /** Endings of the files that it can read, as `.png`. */
  readonly endings: string[];

  private constructor(sharp: SharpModule) {
    this.#sharp = sharp;
    this.endings = FORMATS.flatMap((name) => sharp.format[name as keyof SharpModule['format']].input.fileSuffix ?? []);
  }

  static async open(): Promise<ImageReader> {
    // Imported here: sharp is slow to load, and workers with nothing to read need not load it.
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}`) });
    return new ImageReader(sharp);
  }

  /** Bytes of a file that may be read. */
  async fileSize(path: string): Promise<number> {
    return withDataFile(path, WANTED, async (file) => checkedSize(file));
  }

  /** Reads the header, and refuses an image that would not fit in memory or would lose its depth. */
  async header(path: string): Promise<ImageHeader> {
    const file = await readImage(path);
    const { width, height, channels, depth, pages = 1 } = await attempt(path, () => this.#sharp(file).metadata());
    const size = DEPTHS[depth];
    if (size === undefined) {
      throw new UserError(
        `Cannot use ${path}: its numbers are of the kind ${depth}; ` +
          'whole numbers of 8 or 16 bits are wanted (the data sets idx and csv take any)',
      );
    }
    const bytes = width * height * channels * size;
    if (bytes > LARGEST_IMAGE) {
      throw new UserError(
        `Cannot use ${path}: ${width}×${height} pixels take ${bytes} bytes; at most ${LARGEST_IMAGE} are wanted`,
      );
    }
    return { bytes: file.length + bytes, isWide: size > 1, isGrey: channels < 3, pages };
  }

  /** The image as size × size × channels bytes. */
  async read(path: string, { size, channels }: ImagesSource): Promise<Uint8Array> {
    const space = channels === 1 ? 'b-w' : 'srgb';
    return attempt(path, async () => {
      const image = (await this.#open(path)).resize(size, size, { fit: 'cover' });
      return image.toColourspace(space).raw({ depth: 'uchar' }).toBuffer();
    });
  }

  /**
   * The same of an image of 16 bits that uses fewer of them.
   *
   * @param bits of the largest number, 8 to 15; the 8 upper ones are kept
   */
  async readUpper(path: string, { size, channels }: ImagesSource, bits: number): Promise<Uint8Array> {
    const values = await this.#words(path, channels === 1, (image) => image.resize(size, size, { fit: 'cover' }));
    // Scaling sharpens edges, which may pass the largest number.
    return Uint8Array.from(values, (value) => Math.min(value >> (bits - 8), 255));
  }

  /** What an image of 16 bits holds, in its own colours. */
  async depth(path: string, { isGrey }: ImageHeader): Promise<Depth> {
    const values = await this.#words(path, isGrey, (image) => image);
    return {
      used: values.reduce((used, value) => used | value, 0),
      // Bytes that were made words, by 256 or 257, are bytes still.
      isDeep: values.some((value) => (value & 0xff) !== 0 && (value & 0xff) !== value >> 8),
    };
  }

  /** Turned as a camera says; transparency becomes black. */
  async #open(path: string): Promise<Sharp> {
    return this.#sharp(await readImage(path))
      .autoOrient()
      .flatten({ background: 'black' });
  }

  async #words(path: string, isGrey: boolean, change: (image: Sharp) => Sharp): Promise<Uint16Array> {
    const bytes = await attempt(path, async () => {
      const image = change(await this.#open(path)).toColourspace(isGrey ? 'grey16' : 'rgb16');
      return image.raw({ depth: 'ushort' }).toBuffer();
    });
    return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  }
}

/** The decoder gets bytes: it would map the file, and one that is cut off meanwhile would end the process. */
async function readImage(path: string): Promise<Uint8Array> {
  return withDataFile(path, WANTED, (file) => {
    checkedSize(file);
    return readWhole(file);
  });
}

function checkedSize({ path, size }: DataFile): number {
  if (size <= LARGEST_IMAGE) return size;
  throw new UserError(`Cannot use ${path}: found ${size} bytes; at most ${LARGEST_IMAGE} are wanted`);
}

/** Messages of the decoder may quote the file, so they are a detail. */
async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || error instanceof OutsideError) throw error;
    throw new UserError(
      `Cannot read the image ${path}: its content cannot be decoded; ` +
        `an image that is complete, in one of the formats ${FORMATS.join(' ')}, is wanted`,
      { detail: `The decoder says: ${(error as Error).message.split('\n')[0]}.` },
    );
  }
}
