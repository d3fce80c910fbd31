import { readdir } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import type { Sharp } from 'sharp';
import type { ImagesSource } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { ImageShape, Part, Source } from '../dataset.ts';

const FORMATS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif']);
const PARTS = ['train', 'val', 'test'];
const AT_ONCE = 8;
/** Bytes that a part may take once decoded: not every machine can make a larger array of bytes. */
const LARGEST_PART = 2 ** 31;

/**
 * A folder with one sub-folder per class; or a folder with `train`, and optionally `val` and `test`, which each have
 * one sub-folder per class. Images are turned upright, scaled, and cut to size × size around the middle. Transparency
 * becomes black; 1 channel is grey.
 */
export const images: Source<ImagesSource> = {
  async describe(settings, { baseFolder }) {
    const { train, validation } = await listFolder(resolve(baseFolder, settings.folder));
    return {
      shape: shapeOf(settings),
      classes: train.classes.length,
      trainCount: train.files.length,
      ownValidation: validation !== null,
    };
  },

  async load(settings, { baseFolder }) {
    const { train, validation, test } = await listFolder(resolve(baseFolder, settings.folder));
    return {
      shape: shapeOf(settings),
      classes: train.classes,
      train: await readPart(train, settings),
      validation: validation && (await readPart(validation, settings)),
      test: test && (await readPart(test, settings)),
    };
  },
};

interface Listing {
  folder: string;
  classes: string[];
  files: { path: string; label: number }[];
}

async function listFolder(
  folder: string,
): Promise<{ train: Listing; validation: Listing | null; test: Listing | null }> {
  const names = await subfolders(folder);
  // A class may be called train, too: its folder then has no sub-folders.
  const inParts = names.includes('train') && (await subfolders(join(folder, 'train'))).length > 0;
  if (!inParts) return { train: await listPart(folder), validation: null, test: null };
  const stranger = names.find((name) => !PARTS.includes(name));
  if (stranger !== undefined) {
    throw new UserError(
      `Cannot use ${folder}: beside train/ found ${stranger}/; ` +
        `of the sub-folders there, ${PARTS.join('/, ')}/ alone are wanted`,
    );
  }
  const train = await listPart(join(folder, 'train'));
  const other = async (name: string) => (names.includes(name) ? listPart(join(folder, name), train) : null);
  return { train, validation: await other('val'), test: await other('test') };
}

/** Classes and files sorted by code units, so that every machine gives them the same order. */
async function listPart(folder: string, train?: Listing): Promise<Listing> {
  const found = await subfolders(folder);
  const classes = train?.classes ?? found;
  if (classes.length < 2) {
    throw new UserError(
      `Cannot use ${folder}: found ${classes.length} sub-folder${classes.length === 1 ? '' : 's'}; ` +
        'one for each of at least two classes is wanted',
    );
  }
  const files: Listing['files'] = [];
  for (const name of found) {
    const label = classes.indexOf(name);
    if (label < 0)
      throw new UserError(
        `Cannot use ${join(folder, name)}: ${train!.folder} has no class ${JSON.stringify(name)}; ` +
          'the classes of the training part are wanted',
      );
    const paths = await imageFiles(join(folder, name));
    if (paths.length === 0)
      throw new UserError(
        `Cannot use ${join(folder, name)}: found no image; files ending in ${[...FORMATS].join(' ')} are wanted`,
      );
    for (const path of paths) files.push({ path, label });
  }
  if (files.length === 0)
    throw new UserError(`Cannot use ${folder}: found no sub-folder; one for each class is wanted`);
  return { folder, classes, files };
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await list(folder);
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

async function imageFiles(folder: string): Promise<string[]> {
  const entries = await list(folder);
  return entries
    .filter(
      (entry) => !entry.isDirectory() && !entry.name.startsWith('.') && FORMATS.has(extname(entry.name).toLowerCase()),
    )
    .map((entry) => join(folder, entry.name))
    .sort();
}

async function list(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new UserError(
      `Cannot read the folder ${folder}: ${(error as Error).message}; one sub-folder per class is wanted`,
    );
  }
}

async function readPart({ folder, files }: Listing, settings: ImagesSource): Promise<Part> {
  const [height, width, channels] = shapeOf(settings);
  const size = height * width * channels;
  if (files.length * size > LARGEST_PART) {
    const gibibytes = ((files.length * size) / 2 ** 30).toFixed(1);
    throw new UserError(
      `Cannot load ${folder}: ${files.length} images of ${height}×${width}×${channels} take ${gibibytes} GiB; ` +
        'at most 2 GiB are wanted (training.dataset.size)',
    );
  }
  // Imported here: sharp is slow to load, and workers with nothing to read need not load it.
  const { default: sharp } = await import('sharp');
  const pixels = new Uint8Array(files.length * size);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < files.length; i = next++)
      pixels.set(await readImage(sharp(files[i]!.path), files[i]!.path, settings), i * size);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { count: files.length, pixels, labels: Int32Array.from(files, (file) => file.label) };
}

async function readImage(image: Sharp, path: string, { size, channels }: ImagesSource): Promise<Uint8Array> {
  try {
    return await image
      .autoOrient()
      .flatten({ background: 'black' })
      .resize(size, size, { fit: 'cover' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
  } catch (error) {
    throw new UserError(
      `Cannot read the image ${path}: ${(error as Error).message.split('\n')[0]}; an image that is complete is wanted`,
    );
  }
}

function shapeOf({ size, channels }: ImagesSource): ImageShape {
  return [size, size, channels];
}
