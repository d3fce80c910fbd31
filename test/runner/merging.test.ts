import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test, vi } from 'vitest';
import { Stream } from '../../server/sweep/random.ts';
import { cosweep, cosweepHere, start } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';
import { dump, faultsOf, merge, NO_FAULTS, splitStudy, table, trainPart } from './merging.ts';
import { ask, countRuns, isTaken, snapshot } from './snapshot.ts';
import { runArgs, temporaryFolder, writeStudy, type Study } from './study.ts';
import { copyOfTrained, undisturbed } from './undisturbed.ts';

/** With a trunk that forks, and ε that stay together for a while, for ever, and not at all. */
const study: Study = { beta: [0.3], epsilon: [0.02, 0.5, 1.2], N: [0, 60], seeds: 3, small: true };

vi.setConfig({ testTimeout: 600_000 });

const shared = mkdtempSync(join(tmpdir(), 'cosweep-parts-'));
afterAll(() => rmSync(shared, { recursive: true, force: true }));

/** The study's definition, and the databases of its two parts. */
let trained: Promise<{ file: string; parts: string[] }> | null = null;

async function train(): Promise<{ file: string; parts: string[] }> {
  const file = writeStudy(shared, study);
  const parts: string[] = [];
  for (const part of await splitStudy(file, 2)) parts.push(await trainPart(part));
  return { file, parts };
}

/** A test's own copies of the parts, which are trained once. */
async function trainedParts(folder: string): Promise<{ file: string; parts: string[] }> {
  const { file, parts } = await (trained ??= train());
  const copies = parts.map((part) => join(folder, basename(part)));
  for (const [i, part] of parts.entries())
    for (const beside of ['', '.checkpoints', '.logs'])
      cpSync(`${part}${beside}`, `${copies[i]}${beside}`, { recursive: true });
  return { file, parts: copies };
}

test('parts that are merged hold what one training of the whole sweep gives, and are extended as it is', async () => {
  const folder = temporaryFolder();
  const { file, parts } = await trainedParts(folder);
  const { results } = await undisturbed(study);
  const whole = await copyOfTrained(makeFolder(folder, 'whole'), study);
  const before = parts.map(dump);

  const all = join(folder, 'all.db');
  const merged = await merge(all, ...parts);
  expect([merged.code, merged.stdout]).toEqual([0, 's1 study: 21 of 21 runs, complete\n']);
  expect(await snapshot(all)).toEqual(results);
  expect(await table(all)).toEqual(await table(whole.db));
  expect(faultsOf(all)).toEqual(NO_FAULTS);
  expect(parts.map(dump)).toEqual(before);
  expect((await inProcess(['--db', all, 'show', 'r1', '--log'], folder)).stdout).toMatch(/begin: batches/);

  // The same parts again change nothing, and the file of the whole definition finds its sweep.
  const stored = dump(all);
  expect((await merge(all, parts[1]!, parts[0]!)).stderr).toMatch(/(everything was here already\n.*){2}/);
  expect(dump(all)).toEqual(stored);
  const again = await cosweep(runArgs(file), { db: all });
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('0 to train')]);
  expect(ask(all, 'SELECT count(*) FROM "Sweep"')).toBe(1);

  // In another order, and one after the other.
  const other = join(folder, 'other.db');
  expect((await merge(other, parts[1]!)).stdout).toMatch(/^s1 study: \d+ of 21 runs, interrupted; `cosweep run s1`/);
  await merge(other, parts[0]!);
  expect(await snapshot(other)).toEqual(results);
  expect(ask(other, 'SELECT state FROM "Sweep"')).toBe('complete');
  expect(faultsOf(other)).toEqual(NO_FAULTS);

  const more = ['extend', 'latest', '--seeds', '4', '--add', 'beta=0.45', '--engine', 'wasm', '--workers', '2'];
  for (const db of [all, whole.db]) expect((await cosweep(more, { db })).code).toBe(0);
  expect(await snapshot(all)).toEqual(await snapshot(whole.db));
  // The sweep has grown, and is still the one that the parts belong to.
  await merge(all, ...parts);
  expect(ask(all, 'SELECT count(*) FROM "Sweep"')).toBe(1);
  expect(await snapshot(all)).toEqual(await snapshot(whole.db));
});

test('half trained parts, killed and stopped ones, and further training of what was merged end with the same bits', async () => {
  const folder = temporaryFolder();
  const file = writeStudy(folder, study);
  const parts = await splitStudy(file, 2);
  const all = join(folder, 'all.db');
  const dbs = parts.map((part) => part.replace(/\.json$/, '.db'));
  const moments = new Stream(4, 'merging');
  for (let round = 0; round < 4; round++) {
    const which = round % 2;
    const run = start(runArgs(parts[which]!), { db: dbs[which]! });
    await run.until('some of it is trained', () => isTaken(dbs[which]!) && countRuns(dbs[which]!, 'running') > 0);
    await sleep(moments.uniform() * 800);
    if (round < 2) process.kill(-run.pid, 'SIGKILL');
    else run.signal('SIGINT');
    await run.ended;
    const merged = await merge(all, dbs[which]!);
    expect(merged.code, merged.stderr).toBe(0);
    expect(faultsOf(all)).toEqual(NO_FAULTS);
  }
  // What was merged goes on by itself for a while, beside the parts.
  const run = start(runArgs('latest'), { db: all });
  await run.until('some of it is trained', () => countRuns(all, 'running') > 0);
  run.signal('SIGINT');
  await run.ended;
  await trainPart(parts[0]!);
  const halfway = await merge(all, ...dbs);
  expect(halfway.code, halfway.stderr).toBe(0);
  expect(faultsOf(all)).toEqual(NO_FAULTS);
  expect((await cosweep(runArgs('latest'), { db: all })).code).toBe(0);
  await trainPart(parts[1]!);
  await merge(all, ...dbs);
  const { results } = await undisturbed(study);
  expect(await snapshot(all)).toEqual(results);
  expect(ask(all, 'SELECT count(*) FROM "Sweep"')).toBe(1);
});

test('a merge that is killed leaves the database as it was, and no file for good', async () => {
  const folder = temporaryFolder();
  const { parts } = await trainedParts(folder);
  const all = join(folder, 'all.db');
  await merge(all, parts[0]!);
  const [before, expected] = [dump(all), (await undisturbed(study)).results];
  const moments = new Stream(9, 'merging');
  let left = 0;
  for (let kills = 0; kills < 8; kills++) {
    const merging = start(['merge', all, parts[1]!], { cwd: folder });
    await merging.until('it has begun', () => isTaken(all));
    await sleep(moments.uniform() * 60);
    merging.signal('SIGKILL');
    const { code } = await merging.ended;
    if (code === null) left++;
    const { FileBeingWritten: _, ...now } = dump(all);
    const { FileBeingWritten: _noted, ...then } = before;
    if (ask(all, 'SELECT count(DISTINCT seed) FROM "Run" WHERE state = ?', 'complete') === 1) expect(now).toEqual(then);
    else expect(await snapshot(all)).toEqual(expected);
  }
  expect(left).toBeGreaterThan(0);
  expect((await merge(all, parts[1]!)).code).toBe(0);
  expect(await snapshot(all)).toEqual(expected);
  expect(faultsOf(all)).toEqual(NO_FAULTS);
});

test('checkpoints that were left behind, or are damaged, are trained again, or filled in by merging once more', async () => {
  const folder = temporaryFolder();
  const { parts } = await trainedParts(folder);
  const away = join(folder, 'away');
  renameSync(`${parts[0]!}.checkpoints`, away);
  const all = join(folder, 'all.db');
  const first = await merge(all, ...parts);
  expect(first.stderr).toMatch(/part-1\.db: \d+ checkpoints lost or damaged there; what needs them is trained again/);
  expect(faultsOf(all)).toEqual(NO_FAULTS);
  const lacking = join(makeFolder(folder, 'lacking'), 'all.db');
  cpSync(all, lacking);
  cpSync(`${all}.checkpoints`, `${lacking}.checkpoints`, { recursive: true });

  rmSync(`${parts[0]!}.checkpoints`, { recursive: true, force: true });
  renameSync(away, `${parts[0]!}.checkpoints`);
  const file = ask<string>(parts[0]!, 'SELECT file FROM "Checkpoint" ORDER BY file LIMIT 1');
  writeFileSync(join(`${parts[0]!}.checkpoints`, file), 'not what it was');
  const second = await merge(all, ...parts);
  expect(second.stderr).toContain('1 checkpoint lost or damaged there');
  const kept = (db: string) => ask<number>(db, 'SELECT count(*) FROM "Checkpoint"');
  expect(kept(all)).toBeGreaterThan(kept(lacking));
  expect(faultsOf(all)).toEqual(NO_FAULTS);

  // Arms that fork from what is lost: its trunks are trained once more.
  const more = ['extend', 'latest', '--add', 'N=90', '--engine', 'wasm', '--workers', '2'];
  const whole = await copyOfTrained(makeFolder(folder, 'whole'), study);
  for (const db of [lacking, whole.db]) {
    const extended = await cosweep(more, { db });
    expect(extended.code, extended.stderr).toBe(0);
  }
  const curves = async (db: string) =>
    (await cosweepHere<object[]>(['curves', 'latest', '--format', 'json'], { db })).map(
      ({ run: _, ...point }: { run?: string }) => point,
    );
  expect(await curves(lacking)).toEqual(await curves(whole.db));
});

function makeFolder(...path: string[]): string {
  const folder = join(...(path as [string, ...string[]]));
  mkdirSync(folder);
  return folder;
}
