import { realpathSync } from 'node:fs';

/** Where a definition is, and where its relative paths start. */
export interface DefinitionPlace {
  definitionPath: string | null;
  folder: string;
}

/**
 * Whether two definitions are one file whose relative paths start in one folder, by whatever links they are reached. A
 * definition without a path is none but itself.
 */
export function isSamePlace(a: DefinitionPlace, b: DefinitionPlace): boolean {
  if (a.definitionPath === null || b.definitionPath === null) return false;
  if (isKey(a.definitionPath) || isKey(b.definitionPath)) return a.definitionPath === b.definitionPath;
  return realPath(a.definitionPath) === realPath(b.definitionPath) && realPath(a.folder) === realPath(b.folder);
}

/** The key of a confirmation, which stands in place of a path. */
const isKey = (path: string): boolean => path.startsWith('confirm:');

/** A path without links; what is not there any more has only the path that was noted. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
