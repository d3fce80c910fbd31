import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';

/** Of a file's mode. */
const EXECUTABLE = 0o100;

/**
 * A saved folder as one stream of bytes that depends on names and contents alone: a tar with its names in order, and
 * without times or owners.
 *
 * @throws {Error} where the folder holds anything but files and folders
 */
export function packFolder(folder: string): AsyncIterable<Uint8Array> {
  return packed(async (archive) => addFiles(archive, folder, await filesIn(folder), false));
}

/** Some files of a folder as `packFolder` packs all of them, and which of them may be executed. */
export function packFiles(folder: string, names: readonly string[]): AsyncIterable<Uint8Array> {
  return packed((archive) => addFiles(archive, folder, names, true));
}

function packed(fill: (archive: ReturnType<typeof pack>) => Promise<void>): AsyncIterable<Uint8Array> {
  const archive = pack();
  void fill(archive).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  return archive as AsyncIterable<Uint8Array>;
}

async function addFiles(
  archive: ReturnType<typeof pack>,
  folder: string,
  names: readonly string[],
  keepsExecutable: boolean,
): Promise<void> {
  for (const name of names) {
    const { size, mode } = await stat(join(folder, name));
    const isExecutable = keepsExecutable && (mode & EXECUTABLE) > 0;
    const header = { name, size, mode: isExecutable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 };
    const entry = archive.entry(header);
    await pipeline(createReadStream(join(folder, name), { end: Math.max(0, size - 1) }), entry);
  }
}

/** Paths of all files, with slashes, in the order of their code units. */
async function filesIn(folder: string, below = ''): Promise<string[]> {
  const names: string[] = [];
  for (const name of await readdir(join(folder, below))) {
    const path = below === '' ? name : `${below}/${name}`;
    const found = await lstat(join(folder, path));
    if (found.isDirectory()) names.push(...(await filesIn(folder, path)));
    else if (found.isFile()) names.push(path);
    else throw new Error(`Found ${path} in the saved folder, which is neither a file nor a folder`);
  }
  return names.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Writes the files of an archive.
 *
 * @param folder made if it is not there
 * @returns their names below it, in order, and how large they are
 */
export async function unpackFolder(
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  folder: string,
): Promise<{ name: string; bytes: number }[]> {
  await mkdir(folder, { recursive: true });
  const archive = extract();
  const reading = pipeline(Readable.from(bytes), archive);
  reading.catch(() => {}); // the loop below fails with it
  const files: { name: string; bytes: number }[] = [];
  for await (const entry of archive) {
    const { name, size, mode } = entry.header;
    if (name.startsWith('/') || name.split('/').includes('..'))
      throw new Error(`Found the path ${name} in a checkpoint, wanted one below its folder`);
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await pipeline(entry, createWriteStream(join(folder, name), { mode: (mode & EXECUTABLE) > 0 ? 0o777 : 0o666 }));
    files.push({ name, bytes: size });
  }
  await reading;
  return files;
}
