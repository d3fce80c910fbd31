import { z } from 'zod';
import { IMPORT_SOURCES } from '../settings.ts';
import { oneOf, strict, text, whole } from './schema-parts.ts';

/** `training.imported` of a definition: where results came from that were trained elsewhere. */
const importedSchema = strict({
  from: oneOf(IMPORT_SOURCES).describe('What wrote them.'),
  path: text('a file or folder').describe('Absolute path of what was read.'),
  hash: text('a hash').describe('SHA-256 of what was read.'),
});

const length = {
  batches: whole(1).describe('The last batch of the longest run.'),
  evalEvery: whole(1).default(1),
};

/** The keys of `training` that say what was imported. All others are settings that the results name. */
export const IMPORT_KEYS = ['imported', ...Object.keys(length)];

/** `training` of a definition that `cosweep import` writes. */
export const importedTrainingSchema = z.looseObject({ imported: importedSchema, ...length }, 'an object with imported');

export type ImportedTrainingOutput = z.output<typeof importedTrainingSchema>;
