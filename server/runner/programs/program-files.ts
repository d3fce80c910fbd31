import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { explainFileError } from '../../sweep/file-error.ts';
import type { ProgramSettings } from '../../sweep/settings.ts';
import { hashOfEngine, programEngine } from '../../sweep/program-engine.ts';
import { UserError } from '../../sweep/user-error.ts';
import { packFiles, unpackFolder } from './save-archive.ts';

/** More files than this are a slip of a pattern, not a program. */
const MAX_FILES = 2_000;
/** In bytes, all files together. */
const MAX_BYTES = 64 * 2 ** 20;

/** In a copy: the names of its files, and their hashes. */
const MANIFEST = '.cosweep-program.json';

/** A user's own program as it is on the disk. */
export interface Program {
  /** `program:` and the first 12 characters of the hash of command and files. */
  engine: string;
  /** By path below the definition's folder, with slashes. */
  files: { path: string; bytes: Uint8Array; hash: string; isExecutable: boolean }[];
}

/**
 * Reads the files of a program.
 *
 * @param folder of the definition
 * @throws {UserError} where a pattern finds nothing, or too much
 */
export async function readProgram(
  { command, files: patterns }: Pick<ProgramSettings, 'command' | 'files'>,
  folder: string,
): Promise<Program> {
  const paths = await findFiles(patterns, folder);
  const files: Program['files'] = [];
  let total = 0;
  for (const path of paths) {
    const bytes = await readFile(join(folder, path)).catch((error: unknown) => {
      throw explainFileError(error, `read the program file ${path}`);
    });
    total += bytes.length;
    if (total > MAX_BYTES) throw refusal(`found more than ${MAX_BYTES / 2 ** 20} MB in files up to ${path}`);
    const isExecutable = ((await stat(join(folder, path))).mode & 0o111) > 0;
    files.push({ path, bytes, hash: hashOf(bytes), isExecutable });
  }
  const identity = toCanonicalJson({ command, files: files.map(({ path, hash }) => [path, hash]) });
  return { engine: programEngine(hashOf(identity)), files };
}

async function findFiles(patterns: readonly string[], folder: string): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    if (pattern.startsWith('/') || pattern.split(/[/\\]/).includes('..'))
      throw refusal(`found the pattern ${JSON.stringify(pattern)}, wanted files below the folder of the definition`);
    const matches = await glob([pattern], { cwd: folder, dot: true, ignore: ['**/__pycache__/**', '**/.git/**'] });
    if (matches.length === 0) throw refusal(`found no file ${JSON.stringify(pattern)} in ${folder}`);
    for (const match of matches) found.add(match.split(sep).join('/'));
    if (found.size > MAX_FILES) throw refusal(`found more than ${MAX_FILES} files up to ${JSON.stringify(pattern)}`);
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

function refusal(found: string): UserError {
  return new UserError(`Cannot read training.program.files: ${found}`);
}

/**
 * Keeps a copy of a program, from which it is run: what is edited while a sweep trains changes nothing of it.
 *
 * @param folder that holds the copies of the database
 * @returns the folder of the copy
 */
export async function keepProgram(folder: string, { engine, files }: Program): Promise<string> {
  const kept = programFolder(folder, engine);
  if (await isKept(folder, engine)) return kept;
  const unfinished = `${kept}.${randomUUID()}.tmp`;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    for (const { path, bytes, isExecutable } of files) {
      await mkdir(dirname(join(unfinished, path)), { recursive: true });
      await writeFile(join(unfinished, path), bytes, { mode: isExecutable ? 0o700 : 0o600 });
    }
    const hashes = Object.fromEntries(files.map(({ path, hash }) => [path, hash]));
    await writeFile(join(unfinished, MANIFEST), `${JSON.stringify(hashes, null, 2)}\n`);
    // One that was damaged makes room; nobody trains from it.
    if (existsSync(kept)) await rename(kept, `${unfinished}.damaged`).catch(() => {});
    await rename(unfinished, kept).catch((error: unknown) => {
      if (!existsSync(kept)) throw error; // else another process was faster
    });
  } catch (error) {
    throw explainFileError(error, `keep a copy of the program in ${kept}`);
  } finally {
    for (const left of [unfinished, `${unfinished}.damaged`])
      await rm(left, { recursive: true, force: true }).catch(() => {});
  }
  return kept;
}

/** `program:1a2b…` → its folder */
export function programFolder(folder: string, engine: string): string {
  return join(folder, hashOfEngine(engine));
}

/** The files of a copy as one stream of bytes, to be unpacked by `unpackProgram` on another machine. */
export async function* packProgram(copy: string): AsyncIterable<Uint8Array> {
  yield* packFiles(copy, [MANIFEST, ...(await programFiles(copy)).keys()]);
}

/**
 * Makes a copy of what `packProgram` has packed.
 *
 * @param folder that is to hold it
 * @returns the folder of the copy
 * @throws {Error} where it is not the program of this engine as a whole
 */
export async function unpackProgram(bytes: AsyncIterable<Uint8Array>, folder: string, engine: string): Promise<string> {
  const copy = programFolder(folder, engine);
  await rm(copy, { recursive: true, force: true });
  await unpackFolder(bytes, copy);
  if (await isKept(folder, engine)) return copy;
  throw new Error(`the files of ${engine} have not come as they are on the head's machine`);
}

/**
 * How the files of a kept program differ from those on the disk.
 *
 * @param engine of the kept one
 * @returns sentences such as `train.py differs`; none where only the command does
 */
export async function differencesOf(folder: string, engine: string, { files }: Program): Promise<string[]> {
  const before = await programFiles(programFolder(folder, engine));
  const now = new Map(files.map(({ path, hash }) => [path, hash]));
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((path) => {
    if (!now.has(path)) return [`${path} is gone`];
    if (!before.has(path)) return [`${path} is new`];
    return before.get(path) === now.get(path) ? [] : [`${path} differs`];
  });
}

/** The files of a copy, path → hash; none where it is gone. */
export async function programFiles(copy: string): Promise<Map<string, string>> {
  const manifest = await readFile(join(copy, MANIFEST), 'utf8').catch(() => '{}');
  return new Map(Object.entries(JSON.parse(manifest) as Record<string, string>));
}

/** Whether the copy is there, and its files are what they were when it was made. */
export async function isKept(folder: string, engine: string): Promise<boolean> {
  const kept = programFolder(folder, engine);
  const manifest = await readFile(join(kept, MANIFEST), 'utf8').catch(() => null);
  if (manifest === null) return false;
  for (const [path, hash] of Object.entries(JSON.parse(manifest) as Record<string, string>)) {
    const found = await stat(join(kept, path)).catch(() => null);
    if (!found?.isFile() || hashOf(await readFile(join(kept, path))) !== hash) return false;
  }
  return true;
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
