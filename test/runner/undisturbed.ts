import { join } from 'node:path';
import { cosweepJson } from '../helpers/cosweep.ts';
import { snapshot, type Snapshot } from './snapshot.ts';
import { runArgs, temporaryFolder, writeStudy, type Study } from './study.ts';

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

const made = new Map<string, Promise<{ results: Snapshot; summary: Summary }>>();

/** What a study gives where nothing disturbs it; trained once for all tests of a file. */
export function undisturbed(study: Study = {}): Promise<{ results: Snapshot; summary: Summary }> {
  const key = JSON.stringify(study);
  if (!made.has(key)) made.set(key, train(study));
  return made.get(key)!;
}

async function train(study: Study): Promise<{ results: Snapshot; summary: Summary }> {
  const folder = temporaryFolder();
  const db = join(folder, 'undisturbed.db');
  const summary = await cosweepJson<Summary>(runArgs(writeStudy(folder, study)), { db });
  if (summary.state !== 'complete') throw new Error(`The undisturbed study ended as ${JSON.stringify(summary)}`);
  return { results: await snapshot(db), summary };
}
