import type { DatasetCommon, DatasetSettings } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Dataset, Part, Source, SourceContext, SourceData, SourceDescription } from '../dataset.ts';
import { channelStatistics } from './normalise.ts';
import { fingerprint } from './fingerprint.ts';
import { readPacked } from './packed.ts';
import { limitPart, splitPart, trainCount, validationCount } from './split.ts';
import { sources } from './sources.ts';

export interface LoadOptions {
  /** Where relative paths start: the folder of the sweep's definition. */
  baseFolder: string;
  /** The run's seed; it splits the data where `splitSeed` is "seed". */
  seed: number;
  log?: (message: string) => void;
  progress?: SourceContext['progress'];
  /** A packed file, which is read instead of what the settings name: that came from another machine. */
  packed?: string | undefined;
}

/** Reads a data set and makes it ready to train on: split, limited, measured, fingerprinted. */
export async function loadDataset(
  settings: DatasetSettings,
  { baseFolder, seed, log = () => {}, progress, packed }: LoadOptions,
): Promise<Dataset> {
  const source = packed
    ? await readPacked(packed)
    : await loadSource(settings, { baseFolder, log, ...(progress && { progress }) });
  const { shape, classes, test } = source;
  const splitSeed = settings.splitSeed === 'seed' ? seed : settings.splitSeed;
  const { train, validation } = source.validation
    ? { train: source.train, validation: source.validation }
    : splitPart(source.train, shape, settings.validation, splitSeed);
  const limited: Part = limitPart(train, shape, settings.limit, classes.length, splitSeed);
  refuseAbsentClass(limited, classes);
  return {
    name: settings.name,
    shape,
    classes,
    train: limited,
    validation,
    test,
    ...channelStatistics(limited, shape[2]),
    fingerprint: fingerprint(source),
  };
}

/** Reads all that a data set holds, before the split. The settings of `DatasetCommon` say nothing about it. */
export function loadSource(settings: DatasetSettings, context: SourceContext): Promise<SourceData> {
  return sourceOf(settings).load(settings, context);
}

/**
 * Refuses a training part that lacks a class: of a class with very few images, the split may leave none to learn from.
 */
function refuseAbsentClass({ labels, count }: Part, classes: readonly string[]): void {
  const present = new Set(labels);
  const absent = classes.find((_, label) => !present.has(label));
  if (absent === undefined) return;
  throw new UserError(
    `Cannot train on the ${count} images left after the split: a class has none of them; ` +
      'at least one of each class is wanted (training.dataset.validation, training.dataset.limit)',
    { detail: `It is the class ${JSON.stringify(absent)}.` },
  );
}

/**
 * What a plan needs to know of a data set, without reading its pixels or downloading it. Finds whatever is wrong with
 * its headers and names, as loading does.
 */
export async function describeDataset(
  settings: DatasetSettings,
  options: Pick<LoadOptions, 'baseFolder' | 'log'>,
): Promise<{ trainCount: number; shape: Dataset['shape']; classes: number }> {
  const source = await describeSource(settings, options);
  return { trainCount: countTraining(source, settings), shape: source.shape, classes: source.classes };
}

/** What a data set holds before the split. The settings of `DatasetCommon` say nothing about it. */
export async function describeSource(
  settings: DatasetSettings,
  { baseFolder, log = () => {} }: Pick<LoadOptions, 'baseFolder' | 'log'>,
): Promise<SourceDescription> {
  return sourceOf(settings).describe(settings, { baseFolder, log });
}

/** How many images are left to train on; throws a `UserError` where the split or the limit leaves too few. */
export function countTraining(
  { classes, trainCount: count, ownValidation }: SourceDescription,
  { validation, limit }: DatasetCommon,
): number {
  const left = ownValidation ? count : count - validationCount(count, validation);
  return trainCount(left, limit, classes);
}

/** `sources` holds, under each name, the source that reads the settings of that name. Its type cannot say so. */
function sourceOf(settings: DatasetSettings): Source {
  return sources[settings.name] as Source;
}
