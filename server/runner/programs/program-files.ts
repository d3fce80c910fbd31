import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
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
export const MANIFEST = '.cosweep-program.json';

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
  return { engine: engineFor(command, hashesOf(files)), files };
}

function hashesOf(files: Program['files']): Map<string, string> {
  return new Map(files.map(({ path, hash }) => [path, hash]));
}

/** @param files path → hash */
function engineFor(command: unknown, files: ReadonlyMap<string, string>): string {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return programEngine(hashOf(toCanonicalJson({ command, files: sorted })));
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
 * Keeps a copy of a program, from which it is run: what is edited while a sweep trains changes nothing of it. A copy
 * that is there is left alone where it holds these very files: one that came with a database may hold others under the
 * same name.
 *
 * @param folder that holds the copies of the database
 * @returns the folder of the copy
 */
export async function keepProgram(folder: string, program: Program): Promise<string> {
  const kept = programFolder(folder, program.engine);
  if (await holds(folder, program)) return kept;
  const unfinished = `${kept}.${randomUUID()}.tmp`;
  try {
    await writeCopy(unfinished, program);
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
  if (await holds(folder, program)) return kept;
  throw new UserError(`Cannot keep a copy of the program in ${kept}: other files are there, and cannot be replaced`);
}

async function writeCopy(copy: string, { files }: Program): Promise<void> {
  await mkdir(copy, { recursive: true, mode: 0o700 });
  for (const { path, bytes, isExecutable } of files) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), bytes, { mode: isExecutable ? 0o700 : 0o600 });
  }
  const hashes = Object.fromEntries(hashesOf(files));
  await writeFile(join(copy, MANIFEST), `${JSON.stringify(hashes, null, 2)}\n`);
}

/** Whether the copy is there and holds the files that were just read. */
async function holds(folder: string, { engine, files }: Program): Promise<boolean> {
  const there = await programFiles(programFolder(folder, engine));
  const isSame = there.size === files.length && files.every(({ path, hash }) => there.get(path) === hash);
  return isSame && isKept(folder, engine);
}

/** Whether the copy is whole, and is that of this command: the engine's name is made of the command and the files. */
export async function isCopyOf(folder: string, engine: string, command: unknown): Promise<boolean> {
  const files = await programFiles(programFolder(folder, engine));
  return engineFor(command, files) === engine && isKept(folder, engine);
}

/** Copies the files of a program from one copy of it into another folder, and nothing that lies beside them. */
export async function copyKept(copy: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const path of [MANIFEST, ...(await programFiles(copy)).keys()]) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(copy, path), join(to, path));
  }
}

/** Where the folders of stages are made, beside the copies. */
export function stagesFolder(folder: string): string {
  return join(folder, 'stages');
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
  const now = hashesOf(files);
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((path) => {
    if (!now.has(path)) return [`${path} is gone`];
    if (!before.has(path)) return [`${path} is new`];
    return before.get(path) === now.get(path) ? [] : [`${path} differs`];
  });
}

/** The files of a copy, path → hash; none where it is gone. */
export async function programFiles(copy: string): Promise<Map<string, string>> {
  return (await readManifest(copy)) ?? new Map<string, string>();
}

/** null where there is none, or it is no list of files below the copy. */
async function readManifest(copy: string): Promise<Map<string, string> | null> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(join(copy, MANIFEST), 'utf8')) as Record<string, unknown>);
    const isList = entries.every(([path, hash]) => isBelow(path) && typeof hash === 'string');
    return isList ? new Map(entries as [string, string][]) : null;
  } catch {
    return null;
  }
}

function isBelow(path: string): boolean {
  return !isAbsolute(path) && !path.split(/[/\\]/).includes('..');
}

/** Whether the copy is there, and its files are what they were when it was made. */
export async function isKept(folder: string, engine: string): Promise<boolean> {
  const kept = programFolder(folder, engine);
  const files = await readManifest(kept);
  const root = await realpath(kept).catch(() => null);
  if (files === null || root === null) return false;
  for (const [path, hash] of files) if (!(await isFile(join(root, path), hash))) return false;
  return true;
}

/** A link, or a path through one, is none: it would lead to whatever is put there later. */
async function isFile(file: string, hash: string): Promise<boolean> {
  if ((await realpath(file).catch(() => null)) !== file || !(await stat(file)).isFile()) return false;
  return hashOf(await readFile(file)) === hash;
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
