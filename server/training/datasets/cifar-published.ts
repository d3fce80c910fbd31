import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { NamedSource } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Part, Source } from '../dataset.ts';
import { checkAllPresent } from './labels.ts';
import { obtain } from './published.ts';
import type { Located, Published } from './published.ts';
import { readTarGz } from './tar.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const CHANNELS = 3;

/**
 * What both CIFAR sets have in common: an archive of files that consist of records. A record is its label bytes and
 * three planes of 32×32.
 */
export interface CifarPublished extends Published {
  classes: string[];
  trainFiles: string[];
  testFiles: string[];
  recordsPerTrainFile: number;
  recordsPerTestFile: number;
  /** Label bytes before the planes; the last of them is the class. */
  labelBytes: number;
}

/** The binary version of CIFAR, from the archive (read in memory) or already unpacked. */
export function cifarPublished(published: CifarPublished): Source<NamedSource> {
  const { classes, trainFiles, testFiles, recordsPerTrainFile, recordsPerTestFile } = published;
  return {
    async describe({ folder }, context) {
      if (folder !== null) await obtain(published, folder, context);
      return {
        shape: [SIDE, SIDE, CHANNELS],
        classes: classes.length,
        trainCount: trainFiles.length * recordsPerTrainFile,
        ownValidation: false,
      };
    },
    async load({ folder }, context) {
      const located = await obtain(published, folder, context);
      const files = await readFiles(published, located);
      const train = parseRecords(published, trainFiles, files, recordsPerTrainFile);
      checkAllPresent(files.get(trainFiles[0]!)!.path, train.labels, classes.length);
      const test = parseRecords(published, testFiles, files, recordsPerTestFile);
      return { shape: [SIDE, SIDE, CHANNELS], classes, train, validation: null, test };
    },
  };
}

/** By name: the bytes of a file, and where they came from, for messages. */
type Files = Map<string, { path: string; bytes: Uint8Array }>;

async function readFiles(published: CifarPublished, { paths, set }: Located): Promise<Files> {
  const wanted = [
    ...published.trainFiles.map((name) => ({ name, bytes: published.recordsPerTrainFile * recordLength(published) })),
    ...published.testFiles.map((name) => ({ name, bytes: published.recordsPerTestFile * recordLength(published) })),
  ];
  if (set === 0) {
    const entries = await readTarGz(paths[0]!, wanted);
    return new Map([...entries].map(([name, bytes]) => [name, { path: `${paths[0]} (${name})`, bytes }]));
  }
  const files: Files = new Map();
  for (const path of paths) {
    const { size } = await stat(path);
    const { name, bytes } = wanted.find((entry) => entry.name === basename(path))!;
    if (size !== bytes) throw new UserError(`Cannot use ${path}: found ${size} bytes; ${bytes} are wanted`);
    files.set(name, { path, bytes: await readFile(path) });
  }
  return files;
}

/** Planes (all red, all green, all blue) become channels last. */
function parseRecords(published: CifarPublished, names: string[], files: Files, recordsPerFile: number): Part {
  const { labelBytes, classes } = published;
  const count = names.length * recordsPerFile;
  const pixels = new Uint8Array(count * PLANE * CHANNELS);
  const labels = new Int32Array(count);
  names.forEach((name, file) => {
    const { path, bytes } = files.get(name)!;
    for (let record = 0; record < recordsPerFile; record++) {
      const start = record * recordLength(published);
      const image = file * recordsPerFile + record;
      labels[image] = bytes[start + labelBytes - 1]!;
      if (labels[image]! >= classes.length) {
        throw new UserError(
          `Cannot use ${path}: the label of image ${record} (from 0) is ${labels[image]}; ` +
            `0 to ${classes.length - 1} are wanted`,
        );
      }
      for (let channel = 0; channel < CHANNELS; channel++) {
        const plane = start + labelBytes + channel * PLANE;
        for (let i = 0; i < PLANE; i++) pixels[(image * PLANE + i) * CHANNELS + channel] = bytes[plane + i]!;
      }
    }
  });
  return { count, pixels, labels };
}

function recordLength({ labelBytes }: CifarPublished): number {
  return labelBytes + PLANE * CHANNELS;
}

/**
 * Local files that do instead of the archive: inside of the folder that the archive unpacks to, or without that folder.
 */
export function unpackedIn(folder: string, names: readonly string[]): string[][] {
  return [names.map((name) => `${folder}/${name}`), [...names]];
}
