import type { DatasetSettings } from '../../server/sweep/settings.ts';
import { UserError } from '../../server/sweep/user-error.ts';
import type { Source, SourceData } from '../../server/training/dataset.ts';
import { CIFAR10_FILES } from '../../server/training/datasets/cifar10.ts';
import { cifarPublished } from '../../server/training/datasets/cifar-published.ts';
import { sources } from '../../server/training/datasets/sources.ts';

/** Data that should be read, or refused, in a process that has little memory. */
export interface ReadCase {
  /** The source's settings. A CIFAR set with `records` is one of that many images a file. */
  settings: Partial<DatasetSettings> & { name: DatasetSettings['name']; records?: number };
}

/** What came of it. */
export interface ReadOutcome {
  /** `read`, or the message of a `UserError`; any other error begins with `bug`. */
  said: string;
  /** MB by which this case has raised the most memory that the process ever took, outside of the heap included. */
  grown: number;
}

/**
 * Describes and loads data, as planning and training do.
 *
 * @param folder where relative paths start
 * @param text the cases, as JSON
 */
export default async function readData(folder: string, text: string): Promise<ReadOutcome[]> {
  const outcomes: ReadOutcome[] = [];
  for (const { settings } of JSON.parse(text) as ReadCase[]) {
    const before = process.resourceUsage().maxRSS;
    const said = await read(sourceOf(settings), settings as DatasetSettings, folder);
    outcomes.push({ said, grown: (process.resourceUsage().maxRSS - before) / 1024 });
  }
  return outcomes;
}

export function sourceOf({ name, records }: ReadCase['settings']): Source {
  if (records === undefined) return sources[name] as Source;
  return cifarPublished({ ...CIFAR10_FILES, recordsPerTrainFile: records, recordsPerTestFile: records }) as Source;
}

/** Tries a source: what it says in describing and in loading has to be one thing. */
export async function read(source: Source, settings: DatasetSettings, baseFolder: string): Promise<string> {
  const context = { baseFolder, log: () => {} };
  try {
    const described = await source.describe(settings, context);
    const data = await source.load(settings, context);
    if (described.classes !== data.classes.length) return 'bug: another number of classes';
    if (described.trainCount !== data.train.count) return 'bug: another number of images';
    return isWhole(data) ? 'read' : 'bug: parts that do not fit';
  } catch (error) {
    return error instanceof UserError ? error.message : `bug: ${(error as Error).stack}`;
  }
}

function isWhole({ shape, classes, train, validation, test }: SourceData): boolean {
  const size = shape[0] * shape[1] * shape[2];
  return [train, validation, test].every(
    (part) =>
      part === null ||
      (part.pixels.length === part.count * size &&
        part.labels.length === part.count &&
        part.pixels.every((value) => Number.isFinite(value)) &&
        part.labels.every((label) => label >= 0 && label < classes.length)),
  );
}
