import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import Database from 'better-sqlite3';
import { inject } from 'vitest';
import { cosweepJson } from '../helpers/cosweep.ts';
import { snapshot, type Snapshot } from './snapshot.ts';
import { runArgs, writeStudy, type Study } from './study.ts';

/** What `cosweep run --json` ends with. */
export interface Summary {
  sweepId: string;
  name: string;
  engine: string | null;
  state: string;
  runs: { complete: number; failed: number; diverged: number; reused: number };
  batchesTrained: number;
  batchesTaken: number;
  batchesUnshared: number;
}

/** What training gave. */
interface Undisturbed {
  results: Snapshot;
  summary: Summary;
}

const DATABASE = 'study.db';
const GAVE = 'gave';

/** What a study gives where nothing disturbs it; trained once for all tests of all files. */
export async function undisturbed(study: Study = {}): Promise<Undisturbed> {
  return deserialize(readFileSync(join(await trained(study), GAVE))) as Undisturbed;
}

/**
 * A test's own copy of a database in which a study has been trained undisturbed, and its definition: for what begins
 * where that ends.
 */
export async function copyOfTrained(
  folder: string,
  study: Study = {},
): Promise<{ db: string; file: string; summary: Summary }> {
  const from = await trained(study);
  const { summary } = await undisturbed(study);
  const [db, file] = [join(folder, DATABASE), writeStudy(folder, study)];
  copyDatabase(join(from, DATABASE), db, file);
  return { db, file, summary };
}

/** Copies a database that nobody has open, its checkpoints too. Its sweep is that of this definition from then on. */
export function copyDatabase(from: string, to: string, file: string): void {
  for (const part of ['', '.checkpoints']) cpSync(`${from}${part}`, `${to}${part}`, { recursive: true });
  const connection = new Database(to);
  connection.prepare('UPDATE "Sweep" SET definitionPath = ?, folder = ?').run(file, dirname(file));
  connection.close();
}

/** @returns the folder that has the database and what it gave */
async function trained(study: Study): Promise<string> {
  const shared = join(inject('sharedFolder'), 'trained');
  const folder = join(shared, createHash('sha256').update(JSON.stringify(study)).digest('hex'));
  if (existsSync(folder)) return folder;
  mkdirSync(shared, { recursive: true });
  const own = mkdtempSync(join(shared, 'unfinished-'));
  writeFileSync(join(own, GAVE), serialize(await train(own, study)));
  try {
    renameSync(own, folder);
  } catch (error) {
    // Another file of tests, which runs beside this one, was first; both have the same.
    if (!existsSync(folder)) throw error;
    rmSync(own, { recursive: true });
  }
  return folder;
}

async function train(folder: string, study: Study): Promise<Undisturbed> {
  const db = join(folder, DATABASE);
  const summary = await cosweepJson<Summary>(runArgs(writeStudy(folder, study)), { db });
  if (summary.state !== 'complete') throw new Error(`The undisturbed study ended as ${JSON.stringify(summary)}`);
  return { results: await snapshot(db), summary };
}
