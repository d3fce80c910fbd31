import type { DatasetSettings } from '../sweep/settings.ts';

/** Images of one part of a data set, in the order of their source. */
export interface Part {
  count: number;
  /** count × height × width × channels, channels last, as read from the source (before normalisation). */
  pixels: Uint8Array | Float32Array;
  /** count class indices, 0 … classes − 1. */
  labels: Int32Array;
}

/** [height, width, channels] */
export type ImageShape = [number, number, number];

/** What a source holds, before anything is split off or left out. */
export interface SourceData {
  shape: ImageShape;
  /** Names of the classes by index. */
  classes: string[];
  train: Part;
  /** null: the validation part is split off the training part. */
  validation: Part | null;
  test: Part | null;
}

/** What can be said of a source without reading its pixels. */
export interface SourceDescription {
  shape: ImageShape;
  classes: number;
  trainCount: number;
  /** Whether the source brings a validation part of its own. */
  ownValidation: boolean;
}

/** What a source needs to know besides its settings. */
export interface SourceContext {
  /** Where relative paths start: the folder of the sweep's definition. */
  baseFolder: string;
  /** One line of text for the person who waits. */
  log: (message: string) => void;
  /** How much of a file has been downloaded, in bytes; called often. */
  progress?: (file: string, received: number, total: number) => void;
  /** Files that are not there are not downloaded: it is a mistake that they are missing. */
  offline?: boolean;
}

/**
 * Where images come from. Every data set implements this interface, in a file of its own under `datasets/`.
 * `test/training/datasets/contract.test.ts` holds all of them to this text:
 *
 * - `load` gives the whole source: no split, no limit, no normalisation, no augmentation. The same settings and files
 *   give the same bytes, on any machine and in any process.
 * - Every part has `count` ≥ 1 images, `pixels` of exactly count × height × width × channels finite numbers, and for
 *   each image a label in 0 … classes − 1. There are at least two classes, and each occurs in the training part.
 * - Everything is checked before it is returned. A file that is missing, truncated, too long, of another format or
 *   labelled out of range is a `UserError` that names the file, what was found and what is wanted. Where a file states
 *   a length of its own, that length is compared with the file's size before memory for it is allocated. The message
 *   does not quote the file; a `detail` may.
 * - Only regular files are opened. Memory is bounded by what the data takes once it is loaded, and that by `sizes.ts`.
 * - Text is never decoded with loss, and no two labels become one by a conversion. Files that are left out are logged.
 * - `describe` gives the same shape, classes and count as `load` would, without reading pixels or downloading.
 * - Nothing is written, with one exception: `load` may download a named data set into the cache.
 */
export interface Source<Settings = DatasetSettings> {
  describe(settings: Settings, context: SourceContext): Promise<SourceDescription>;
  load(settings: Settings, context: SourceContext): Promise<SourceData>;
}

/** A data set as training sees it: split, limited, with the numbers that normalise it. */
export interface Dataset {
  name: string;
  shape: ImageShape;
  /** Names of the classes by index. */
  classes: string[];
  train: Part;
  validation: Part;
  /** Never used to choose anything; null where the source has none. */
  test: Part | null;
  /** Per channel, of the training part only, in units of `pixels`. */
  mean: Float32Array;
  std: Float32Array;
  /** SHA-256 of the source's pixels and labels (before the split), in hex. */
  fingerprint: string;
}
