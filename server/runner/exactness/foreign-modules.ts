import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { programFiles } from '../programs/program-files.ts';

/**
 * Which imported files a program's copy does not have, or has and did not take from there: what is edited in them
 * changes sweeps that are being trained.
 *
 * @param modules absolute paths, without links
 * @param folder of the definition
 * @param copy of the program's files
 * @returns sentences
 */
export async function foreignModules(modules: readonly string[], folder: string, copy: string): Promise<string[]> {
  const [ours, theirs] = await Promise.all([copy, folder].map((path) => realpath(path).catch(() => path)));
  const files = await programFiles(copy);
  const sentences = modules.map((module) => {
    const inCopy = pathBelow(ours!, module);
    if (inCopy !== null) return files.has(inCopy) ? null : missing(inCopy);
    const inFolder = pathBelow(theirs!, module);
    if (inFolder === null) return null;
    if (!files.has(inFolder)) return missing(inFolder);
    return `it imports ${inFolder} from the folder of its definition, not from the copy that it runs in`;
  });
  return sentences.filter((sentence) => sentence !== null);
}

/** With slashes; null where it is not below. */
function pathBelow(folder: string, file: string): string | null {
  const path = relative(folder, file);
  return path === '' || path === '..' || path.startsWith(`..${sep}`) ? null : path.split(sep).join('/');
}

function missing(path: string): string {
  return `it imports ${path}, which training.program.files misses`;
}
