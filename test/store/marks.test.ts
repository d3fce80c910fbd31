import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { NO_MARK } from '../../server/sweep/marks.ts';
import { changesSince, currentRevision } from '../../server/store/database/changes.ts';
import { migrate, migrationsFolder } from '../../server/store/database/migrate.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { readMarks, readRunMarks, readTags } from '../../server/store/reading/read-marks.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { readSweepVersion } from '../../server/store/reading/sweep-version.ts';
import { archiveSweep } from '../../server/store/sweeps/archive-sweep.ts';
import { findSweep } from '../../server/store/sweeps/find-sweep.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { renameSweep } from '../../server/store/sweeps/rename-sweep.ts';
import { writeMark } from '../../server/store/sweeps/write-mark.ts';
import type { SweepChoice } from '../../server/store/reading/choose-sweeps.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { finishProbe } from '../../server/store/training/sweep-turn.ts';
import { begin, lease, makePlan, makeSegment, newStorage, request, temporaryFolder } from './support.ts';

const arms = [{ beta: 0 }, { beta: 0.2, controlIndex: 0 }];

async function twoSweeps(): Promise<Storage> {
  const storage = await newStorage();
  queueSweep(storage, request(makePlan(arms, [1, 2], 'first')));
  queueSweep(storage, request(makePlan(arms, [1], 'second')));
  return storage;
}

test('tags, a note and a star are kept for a sweep, an arm and a run, each for itself', async () => {
  const storage = await twoSweeps();
  writeMark(storage, { sweep: 1 }, { star: true, note: 'ε was too large\r\nand N too late \n', add: ['paper', 'b'] });
  writeMark(storage, { sweep: 1, arm: 1 }, { add: ['best'] });
  writeMark(storage, { run: 2 }, { note: '<b>odd</b> \u202e' });
  expect(readMarks(storage, 1)).toEqual({
    sweep: { star: true, tags: ['b', 'paper'], note: 'ε was too large\nand N too late' },
    arms: new Map([[1, { star: false, tags: ['best'], note: null }]]),
    runs: new Map([['r2', { star: false, tags: [], note: '<b>odd</b> \u202e' }]]),
  });
  expect(readMarks(storage, 2)).toEqual({ sweep: NO_MARK, arms: new Map(), runs: new Map() });
  writeMark(storage, { sweep: 1 }, { add: [' paper ', 'cafe\u0301'], remove: ['b', 'never there'], note: '  ' });
  expect(readMarks(storage, 1).sweep).toEqual({ star: true, tags: ['café', 'paper'], note: null });
  expect(readTags(storage)).toEqual(['best', 'café', 'paper']);
});

test('what cannot be stored is refused with its place, and nothing is changed', async () => {
  const storage = await twoSweeps();
  const refused = (subject: Parameters<typeof writeMark>[1], change: Parameters<typeof writeMark>[2]) =>
    expect(() => writeMark(storage, subject, { star: true, add: ['fine'], ...change }));
  refused({ sweep: 1 }, { add: ['fine', 'two\nlines'] }).toThrow(
    'Cannot tag s1: found "two\\nlines", wanted a text of 1 to 64 characters',
  );
  refused({ run: 1 }, { add: ['x'.repeat(65)] }).toThrow('Cannot tag r1');
  refused({ run: 1 }, { add: ['\u001b[31m'] }).toThrow('Cannot tag r1');
  refused({ sweep: 1, arm: 0 }, { add: [' '] }).toThrow('Cannot tag arm 0 of s1');
  refused({ sweep: 1 }, { note: 'ε'.repeat(33_000) }).toThrow(
    'Cannot keep a note on s1: found 66000 bytes, wanted a text of at most 64 kB',
  );
  refused({ sweep: 1 }, { note: 'a\u0000b' }).toThrow('found "a\\u0000b", wanted');
  refused({ sweep: 1, arm: 2 }, {}).toThrow('Cannot mark arm 2 of s1: s1 has no such arm');
  refused({ sweep: 1 }, { add: Array.from({ length: 101 }, (_, i) => `t${i}`) }).toThrow('found 101 tags');
  expect(readMarks(storage, 1)).toEqual({ sweep: NO_MARK, arms: new Map(), runs: new Map() });
  writeMark(storage, { sweep: 1 }, { add: ['𝔵'.repeat(64)], note: 'x'.repeat(65_536) });
  expect(readMarks(storage, 1).sweep.note).toHaveLength(65_536);
});

test('an arm keeps its mark where the definition changes its place, and a run where it is shared', async () => {
  const storage = await newStorage();
  const plan = (betas: number[]) =>
    makePlan(
      betas.map((beta) => ({ beta })),
      [1],
      'one',
    );
  queueSweep(storage, request(plan([0, 0.2, 0.3])));
  writeMark(storage, { sweep: 1, arm: 1 }, { star: true });
  queueSweep(storage, request(plan([0, 0.1, 0.2])));
  expect([...readMarks(storage, 1).arms.keys()]).toEqual([2]);
  queueSweep(storage, request(plan([0, 0.1])));
  expect(readMarks(storage, 1).arms.size).toBe(0);
  queueSweep(storage, request(makePlan([{}], [1], 'two'), { definitionPath: '/two.json' }));
  storage.raw.prepare('UPDATE "SweepRun" SET runId = 1 WHERE sweepId = 2').run();
  writeMark(storage, { run: 1 }, { add: ['shared'] });
  for (const sweep of [1, 2]) expect(readMarks(storage, sweep).runs.get('r1')!.tags).toEqual(['shared']);
});

test('every open page learns of a mark, and no answer is computed anew', async () => {
  const storage = await twoSweeps();
  let revision = currentRevision(storage);
  const versions = ['s1', 's2'].map((id) => readSweepVersion(storage, id));
  const changes = (): unknown => {
    const { revision: now, ...rest } = changesSince(storage, revision);
    revision = now;
    return rest;
  };
  const one = { sweeps: ['s1'], runs: [], list: false };
  writeMark(storage, { sweep: 1 }, { star: true });
  expect(changes()).toEqual(one);
  writeMark(storage, { sweep: 1 }, { remove: ['x'] });
  expect(changes()).toEqual(one);
  writeMark(storage, { sweep: 1, arm: 1 }, { add: ['x'] });
  expect(changes()).toEqual(one);
  writeMark(storage, { run: 2 }, { note: 'x' });
  expect(changes()).toEqual({ ...one, runs: ['r2'] });
  archiveSweep(storage, 2, true);
  expect(changes()).toEqual({ ...one, sweeps: ['s2'] });
  expect(['s1', 's2'].map((id) => readSweepVersion(storage, id))).toEqual(versions);
  // a name stands in tables and reports
  renameSweep(storage, 1, 'mine');
  expect(changes()).toEqual(one);
  expect(readSweepVersion(storage, 's1')).not.toBe(versions[0]);
});

test('a removed sweep takes its marks, those of its arms and those of its own runs along', async () => {
  const storage = await twoSweeps();
  writeMark(storage, { sweep: 1 }, { add: ['a'] });
  writeMark(storage, { sweep: 1, arm: 0 }, { add: ['b'] });
  writeMark(storage, { run: 1 }, { add: ['c'] });
  writeMark(storage, { sweep: 2 }, { add: ['d'] });
  removeSweep(storage, 1);
  expect(readTags(storage)).toEqual(['d']);
  expect(storage.raw.prepare('SELECT count(*) FROM "Mark"').pluck().get()).toBe(1);
  expect(readRunMarks(storage, [1]).size).toBe(0);
});

test('a renamed sweep is found by either name, and continued by its definition', async () => {
  const storage = await twoSweeps();
  renameSweep(storage, 1, '  the one for the paper ');
  expect((await listSweeps(storage)).items.map(({ name }) => name)).toEqual(['second', 'the one for the paper']);
  for (const name of ['the one for the paper', 'first']) expect(await findSweep(storage, name)).toBe(1);
  expect(queueSweep(storage, request(makePlan(arms, [1, 2, 3], 'first')))).toEqual({ sweepId: 1, created: false });
  expect((await listSweeps(storage)).items[1]!.name).toBe('the one for the paper');
  renameSweep(storage, 2, 'first'); // who is called so now comes first
  expect(await findSweep(storage, 'first')).toBe(2);
  renameSweep(storage, 1, null);
  expect((await listSweeps(storage)).items.map(({ name }) => name)).toEqual(['first', 'first']);
  for (const name of ['', 's3', 'latest', 'a\nb', 'x'.repeat(201)])
    expect(() => renameSweep(storage, 1, name)).toThrow(`Cannot rename s1: found ${JSON.stringify(name).slice(0, 80)}`);
});

test('notes of a database from before are kept, and its sweeps keep their names', async () => {
  const file = join(temporaryFolder(), 'old.db');
  const old = new Database(file);
  old.exec(readFileSync(new URL('../fixtures/schemas/0.2.0.sql', import.meta.url), 'utf8'));
  old.prepare(`UPDATE "Sweep" SET notes = 'from before'`).run();
  migrate(old, file, migrationsFolder());
  old.close();
  const storage = await openStorage({ file, create: false });
  expect(readMarks(storage, 1).sweep).toEqual({ star: false, tags: [], note: 'from before' });
  expect(await findSweep(storage, 'kept')).toBe(1);
  renameSweep(storage, 1, 'mine');
  expect(await findSweep(storage, 'kept')).toBe(1);
  await storage.close();
});

test('a list is narrowed by words, tags, star and archive, and sorted', async () => {
  const storage = await newStorage();
  for (const name of ['b10', 'b9', 'ε late', 'x'])
    queueSweep(storage, request(makePlan([{}], [1], name), { definitionPath: `/${name}.json` }));
  writeMark(storage, { sweep: 1 }, { star: true, add: ['paper'] });
  writeMark(storage, { sweep: 2 }, { add: ['paper', 'draft'] });
  writeMark(storage, { sweep: 4 }, { note: 'after the paper' });
  archiveSweep(storage, 3, true);
  const ids = async (choice: SweepChoice) =>
    (await listSweeps(storage, choice)).items.map(({ id }) => Number(id.slice(1)));
  expect(await ids({})).toEqual([4, 3, 2, 1]);
  expect(await ids({ archived: 'without' })).toEqual([4, 2, 1]);
  expect(await ids({ archived: 'only' })).toEqual([3]);
  expect(await ids({ text: 'paper' })).toEqual([4, 2, 1]);
  expect(await ids({ text: 'Epsilon' })).toEqual([3]);
  expect(await ids({ tags: ['paper'] })).toEqual([2, 1]);
  expect(await ids({ tags: ['paper', 'draft'] })).toEqual([2]);
  expect(await ids({ starred: true })).toEqual([1]);
  expect(await ids({ starred: false, tags: ['paper'] })).toEqual([2]);
  expect(await ids({ sort: 'star' })).toEqual([1, 4, 3, 2]);
  expect(await ids({ sort: 'name', ascending: true })).toEqual([2, 1, 4, 3]);
  const page = await listSweeps(storage, { archived: 'without', offset: 1, limit: 1 });
  expect([page.total, page.items.map(({ id }) => id)]).toEqual([3, ['s2']]);
});

test('a probe that went well is told from one that was stopped', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, makePlan(arms, [1, 2]), { probeSeeds: 1 });
  const probed = async () => (await listSweeps(storage)).items[0]!.probed;
  storage.raw.prepare(`UPDATE "Stage" SET params = '{"N":null}'`).run();
  commitSegment(storage, token, makeSegment(tasks[0]!.stages[0]!.stageId, 0, 50));
  expect(await probed()).toBe(false);
  commitSegment(storage, token, makeSegment(tasks[0]!.stages[0]!.stageId, 50, 100));
  expect(await probed()).toBe(false);
  commitSegment(storage, token, makeSegment(tasks[1]!.stages[0]!.stageId, 0, 100));
  finishProbe(storage, token, sweepId);
  expect((await listSweeps(storage)).items[0]).toMatchObject({ state: 'interrupted', probed: true });
});
