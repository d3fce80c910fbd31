import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Arm } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { fileReason } from '../../sweep/file-error.ts';
import { isProgram } from '../../sweep/settings.ts';
import { programFiles } from './program-files.ts';
import { stateFolder } from './state-folder.ts';
import { removeCaches, strangeFiles } from './strange-files.ts';

/**
 * Which programs this user has planned on this machine, or was asked about: a file each in the user's folder of states,
 * where no database, copied or downloaded, brings one. What counts is what decides which code is run: the program's
 * files, the command, the environment, the folder of the definition, and every text among the settings, since texts may
 * stand in the command. Numbers may be other ones. What lies beside the files in their copy counts too: it is trusted
 * in the very folder in which this user's runs have written it.
 */

/** A sweep as far as it decides what its program does. */
export interface ProgramUse {
  /** Of the definition. */
  folder: string;
  arms: readonly Arm[];
}

/** @param copy the folder of the program's copy, beside the database */
export async function isTrusted(copy: string, use: ProgramUse): Promise<boolean> {
  const { uses, place } = await keysOf(copy, use);
  return uses.every(isNoted) && (isNoted(place) || (await strangeFiles(copy)).length === 0);
}

/** @returns why later processes do not know of it; null where it is noted for them */
export async function trustProgram(copy: string, use: ProgramUse): Promise<string | null> {
  const { uses, place } = await keysOf(copy, use);
  return noteAll([...uses, place], copy);
}

/** The same for a program that its user has planned, who has not seen what others may have left beside its files. */
export async function trustOwnProgram(copy: string, use: ProgramUse): Promise<string | null> {
  const { uses, place } = await keysOf(copy, use);
  if (!isNoted(place)) await removeCaches(copy);
  const isOwn = isNoted(place) || (await strangeFiles(copy)).length === 0;
  return noteAll(isOwn ? [...uses, place] : uses, copy);
}

/** What this process has noted, also where the folder of states cannot be written to. */
const notedHere = new Set<string>();

function isNoted(key: string): boolean {
  return notedHere.has(fileOf(key)) || existsSync(fileOf(key));
}

async function noteAll(keys: readonly string[], copy: string): Promise<string | null> {
  let problem: string | null = null;
  for (const file of keys.map(fileOf)) {
    notedHere.add(file);
    if (!existsSync(file)) problem ??= await note(file, copy);
  }
  return problem;
}

async function note(file: string, copy: string): Promise<string | null> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, `${JSON.stringify({ copy })}\n`, { mode: 0o600 });
    return null;
  } catch (error) {
    return (
      `Cannot note in ${dirname(file)} that this program is trusted: ${fileReason(error)}; ` +
      'wanted a folder that can be written to (COSWEEP_STATE names another one)'
    );
  }
}

function fileOf(key: string): string {
  return join(stateFolder(), 'programs', `${key}.json`);
}

/** `uses`: one key for each arm that differs from the others in more than numbers. `place`: of the folder itself. */
async function keysOf(copy: string, { folder, arms }: ProgramUse): Promise<{ uses: string[]; place: string }> {
  const { dev, ino } = await stat(copy, { bigint: true });
  const files = keyOf([...(await programFiles(copy))].sort(([a], [b]) => (a < b ? -1 : 1)));
  const texts = new Set(arms.map((arm) => toCanonicalJson(textsOf(arm))));
  return {
    uses: [...texts].map((arm) => keyOf({ files, folder, arm })),
    place: keyOf({ files, place: `${dev} ${ino}` }),
  };
}

function keyOf(what: unknown): string {
  return createHash('sha256').update(toCanonicalJson(what)).digest('hex');
}

/** What a database says is a number may be a text. */
function textsOf({ alpha, beta, gamma, epsilon, N, loss, training }: Arm): unknown {
  if (!isProgram(training)) return null;
  const { program, ...settings } = training;
  const numbers = { alpha, beta, gamma, epsilon, N };
  return { command: program.command, env: program.env, rest: withoutNumbers({ numbers, loss, settings }) };
}

function withoutNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNumbers);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutNumbers(inner)]));
  return typeof value === 'string' ? value : 'no text';
}
