import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programsFolderOf } from '../../server/store/database/programs-folder.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { removePrograms } from '../../server/store/sweeps/remove-programs.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { makePlan, newStorage, request } from './support.ts';

const [FIRST, SECOND] = ['0123456789ab', 'ba9876543210'];

/** Queues a sweep of a program, and keeps a copy of it. */
function keep(storage: Storage, name: string, hash: string): number {
  const copy = join(programsFolderOf(storage), hash, 'part');
  mkdirSync(copy, { recursive: true });
  writeFileSync(join(copy, 'train.py'), 'pass\n');
  const plan = makePlan([{}], [1], name);
  return queueSweep(storage, request(plan, { engine: `program:${hash}`, definitionPath: `/${name}.json` })).sweepId;
}

const kept = (storage: Storage): string[] => readdirSync(programsFolderOf(storage)).sort();

test('the copy of a program goes with the last sweep that uses it', async () => {
  const storage = await newStorage();
  const [a, b] = [keep(storage, 'a', FIRST), keep(storage, 'b', FIRST)];
  const c = keep(storage, 'c', SECOND);
  mkdirSync(join(programsFolderOf(storage), 'stages'));
  removeSweep(storage, a);
  expect(kept(storage)).toEqual([FIRST, SECOND, 'stages']);
  removeSweep(storage, b);
  expect(kept(storage)).toEqual([SECOND, 'stages']);
  removeSweep(storage, c);
  expect(kept(storage)).toEqual(['stages']);
});

test('one that a sweep has taken up meanwhile stays', async () => {
  const storage = await newStorage();
  keep(storage, 'a', FIRST);
  removePrograms(storage, [`program:${FIRST}`], () => {});
  expect(kept(storage)).toEqual([FIRST]);
});

test('the copy of an earlier edition goes too, of which the sweep has runs no more', async () => {
  const storage = await newStorage();
  const a = keep(storage, 'a', FIRST);
  storage.raw.prepare('UPDATE "Run" SET engine = ?').run(`program:${FIRST}`);
  storage.raw.prepare('UPDATE "Sweep" SET engine = ?').run(`program:${SECOND}`); // as --fresh does
  keep(storage, 'b', SECOND);
  removeSweep(storage, a);
  expect(kept(storage)).toEqual([SECOND]);
});

test('a name that the database says is no path', async () => {
  const storage = await newStorage();
  const outside = join(programsFolderOf(storage), '..', 'outside');
  mkdirSync(outside);
  for (const name of ['../outside', '.', '', outside, 'stages']) {
    const sweepId = keep(storage, `of ${name}`, FIRST);
    mkdirSync(join(programsFolderOf(storage), 'stages'), { recursive: true });
    storage.raw.prepare('UPDATE "Sweep" SET engine = ? WHERE id = ?').run(`program:${name}`, sweepId);
    removeSweep(storage, sweepId);
    expect([name, existsSync(outside), kept(storage)]).toEqual([name, true, [FIRST, 'stages']]);
  }
});
