import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arm } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { isProgram } from '../../sweep/settings.ts';
import { programFiles } from './program-files.ts';
import { stateFolder } from './state-folder.ts';

/**
 * Which programs this user has planned on this machine, or was asked about: a file each in the user's folder of states,
 * where no database, copied or downloaded, brings one. What counts is what decides which code is run: this very copy of
 * the files, the command, the environment, and every text among the settings, since texts may stand in the command.
 * Numbers may be other ones.
 */

/** @param copy the folder of the program's copy, beside the database */
export async function isTrusted(copy: string, arms: readonly Arm[]): Promise<boolean> {
  return [...(await keysOf(copy, arms))].every((key) => existsSync(fileOf(key)));
}

/** A folder of states that cannot be written to is no failure: the user is asked again. */
export async function trustProgram(copy: string, arms: readonly Arm[]): Promise<void> {
  for (const key of await keysOf(copy, arms)) {
    const file = fileOf(key);
    if (existsSync(file)) continue;
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
      .then(() => writeFile(file, `${JSON.stringify({ copy })}\n`, { mode: 0o600 }))
      .catch(() => {});
  }
}

function fileOf(key: string): string {
  return join(stateFolder(), 'programs', `${key}.json`);
}

/** Of each arm that differs from the others in more than numbers. A copy of the folder is another one. */
async function keysOf(copy: string, arms: readonly Arm[]): Promise<Set<string>> {
  const { dev, ino } = await stat(copy, { bigint: true });
  const files = [...(await programFiles(copy))].sort(([a], [b]) => (a < b ? -1 : 1));
  const own = { folder: `${dev} ${ino}`, files };
  const settings = new Set(arms.map((arm) => toCanonicalJson(textsOf(arm))));
  return new Set(
    [...settings].map((text) =>
      createHash('sha256')
        .update(`${toCanonicalJson(own)}${text}`)
        .digest('hex'),
    ),
  );
}

function textsOf({ training }: Arm): unknown {
  if (!isProgram(training)) return null;
  const { program, ...settings } = training;
  return { command: program.command, env: program.env, settings: withoutNumbers(settings) };
}

function withoutNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNumbers);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutNumbers(inner)]));
  return typeof value === 'string' ? value : 'no text';
}
