import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openStorage } from '../../server/store/database/storage.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';
import { inProcess } from '../helpers/in-process.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const cosweep = (...args: string[]) => inProcess(args, folder);
const json = async (...args: string[]) => JSON.parse((await cosweep(...args, '--json')).stdout);

const HEADING = 'beta,N,seed,metric,batch,value';

/** Two arms and so many seeds; the arm with the phase gains 0.01 after batch 50. */
function rowsOf(seeds: number, gain = 0.01): string[] {
  return [0, 0.2].flatMap((beta) =>
    Array.from({ length: seeds }, (_, seed) =>
      [0, 50, 100].map((batch) => {
        const value = 0.5 + batch / 1000 + seed / 100 + (beta > 0 && batch > 50 ? gain : 0);
        return `${beta},${beta > 0 ? 50 : ''},${seed},val/acc,${batch},${value}`;
      }),
    ).flat(),
  );
}

const write = (rows: readonly string[], name = 'runs.csv') =>
  writeFileSync(join(folder, name), [HEADING, ...rows].join('\n'));

/** Everything in the tables that an import writes. */
function contents(): unknown {
  const raw = new Database(join(folder, 'cosweep.db'), { readonly: true });
  const tables = ['Sweep', 'Arm', 'Run', 'SweepRun', 'Stage', 'RunStage', 'Point', 'StageMetric', 'Mark'];
  const rows = tables.map((table) => raw.prepare(`SELECT * FROM "${table}"`).all());
  raw.close();
  return rows;
}

test('curves that Cosweep itself exported come back with the same table', async () => {
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  storeTrainedSweep(storage);
  await storage.close();
  const exported = await cosweep('curves', 's1', '--format', 'csv');
  writeFileSync(join(folder, 'curves.csv'), exported.stdout);
  const { stdout } = await cosweep('import', 'curves.csv', '--metric', 'val/accuracy');
  expect(stdout).toMatch(/^s2 curves imported: /);
  const [before, after] = [await json('export', 's1'), await json('export', 's2')];
  const valuesOf = ({ rows }: { rows: Record<string, unknown>[] }) =>
    rows
      .map(({ n, mean, sd, best }) => ({ n, mean, sd, best }))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  expect(valuesOf(after)).toEqual(valuesOf(before));
  const pairs = ({ rows }: { rows: { difference: Record<string, unknown> | null }[] }) =>
    rows.flatMap(({ difference: d }) => (d === null ? [] : [[d['n'], d['mean'], d['p'], d['pMaxT']]]));
  expect(pairs(after)).toEqual(pairs(before));
  const values = async (sweep: string) =>
    (await json('curves', sweep)).map((point: { value: number }) => point.value).sort();
  expect(await values('s2')).toEqual(await values('s1'));
});

test('event files that Cosweep itself exported come back with the same values', async () => {
  write(rowsOf(3));
  await cosweep('import', 'runs.csv');
  expect((await cosweep('export', 's1', '--format', 'tensorboard', '--out', 'events')).code).toBe(0);
  const { code, stderr } = await cosweep('import', 'events', '--ignore', 'arm');
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('differs')]);
  const pointsOf = async (sweep: string) =>
    ((await json('curves', sweep)) as Record<string, unknown>[])
      .map((point) => [
        point['armName'],
        point['seed'],
        point['metric'],
        point['batch'],
        Math.fround(Number(point['value'])),
      ])
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  expect(await pointsOf('s2')).toEqual(await pointsOf('s1'));
});

describe('a table of results', () => {
  test('becomes a complete sweep whose answer is told', async () => {
    write(rowsOf(6));
    const { code, stdout, stderr } = await cosweep('import', 'runs.csv');
    expect([code, stderr]).toEqual([
      0,
      'val/acc decides (maximize); --metric, --minimize and --maximize say otherwise.\n',
    ]);
    expect(stdout.split('\n')).toEqual([
      's1 runs imported: 2 arms (1 control), 6 seeds: 12 runs complete, 0 failed, 0 diverged; 36 points',
      expect.stringMatching(/^β0\.2 N50 is better in this sweep: \+1\.0+ points \[1\.0+, 1\.0+\], p = 0\.031/),
      'Next: confirm β0.2 N50 on 12 fresh seeds where the others were trained, and import the results again',
      '',
    ]);
    expect(await json('show', 's1')).toMatchObject({ state: 'complete', engine: 'imported', counts: { complete: 12 } });
    expect((await cosweep('export', 'runs.csv', '--format', 'csv')).stdout).toContain('β0.2');
    expect((await cosweep('diff', 'r1', 'r2')).stdout).toContain('beta');
  });

  test('with a dry run nothing is stored, and no database is made', async () => {
    write(rowsOf(2));
    const dry = await json('import', 'runs.csv', '--dry-run');
    expect(dry).toMatchObject({ name: 'runs', arms: 2, controls: 1, seeds: 2, runs: { complete: 4 }, points: 12 });
    expect((await cosweep('list')).code).toBe(2);
  });

  test('with wrong rows nothing is stored', async () => {
    write(rowsOf(2));
    await cosweep('import', 'runs.csv');
    const before = contents();
    write([...rowsOf(3), '0.2,50,3,val/acc,often,1', '0.2,50,3,val/acc,1,much']);
    const { code, stderr } = await cosweep('import', 'runs.csv');
    expect([code, stderr]).toEqual([
      2,
      `Cannot import ${join(folder, 'runs.csv')}: 2 problems\n` +
        '  line 20: found "often" as batch, wanted a whole number ≥ 0\n' +
        '  line 21: found "much" for val/acc, wanted a number\n',
    ]);
    expect(contents()).toEqual(before);
  });

  test('again, unchanged, it writes nothing; with more seeds its runs keep their ids and their notes', async () => {
    write(rowsOf(2));
    await cosweep('import', 'runs.csv');
    await cosweep('note', 'r1', 'looked odd');
    const before = contents();
    expect(await json('import', 'runs.csv')).toMatchObject({ sweepId: 's1', was: 'unchanged' });
    expect(contents()).toEqual(before);
    const ids = async () =>
      (await json('runs', 's1')).map((each: Record<string, unknown>) => [each['run'], each['arm'], each['seed']]);
    const known = await ids();
    write(rowsOf(4, 0.02));
    expect(await json('import', 'runs.csv')).toMatchObject({ sweepId: 's1', was: 'renewed', seeds: 4 });
    expect(await ids()).toEqual(expect.arrayContaining(known));
    expect((await cosweep('show', 'r1')).stdout).toContain('looked odd');
    const points = (await json('curves', 's1')) as { value: number }[];
    expect([points.length, Math.max(...points.map(({ value }) => value))]).toEqual([24, 0.65]);
    expect(await json('show', 's1')).toMatchObject({ counts: { complete: 8, failed: 0 } });
  });

  test('runs that it holds no more are not let go unless that is asked for', async () => {
    write(rowsOf(4));
    await cosweep('import', 'runs.csv');
    write(rowsOf(2));
    const { code, stderr } = await cosweep('import', 'runs.csv');
    expect([code, stderr.split('\n').at(-2)]).toEqual([
      2,
      `Cannot import ${join(folder, 'runs.csv')}: s1 "runs" has 4 of its 8 runs from there (r5, r6, r7, r8) that are ` +
        'missing there by now, or end earlier; --replace lets them go, --name makes another sweep',
    ]);
    expect(await json('import', 'runs.csv', '--name', 'others')).toMatchObject({ sweepId: 's2', was: 'made' });
    expect(await json('import', 'runs.csv', '--replace')).toMatchObject({ sweepId: 's1', was: 'renewed' });
    const [sweeps, , runs, , stages] = contents() as unknown[][];
    expect([sweeps!.length, runs!.length, stages!.length]).toEqual([2, 8, 8]);
  });

  test('a run that is gone, or ends earlier, is missed though its arm and its seed are there', async () => {
    const rows = rowsOf(3);
    write(rows);
    await cosweep('import', 'runs.csv');
    for (const left of [rows.slice(3), rows.slice(0, -1)]) {
      write(left);
      expect((await cosweep('import', 'runs.csv')).stderr).toContain('has 1 of its 6 runs from there');
    }
    write(rows);
    expect(await json('import', 'runs.csv')).toMatchObject({ was: 'unchanged' });
  });

  test('the same file read in another way is another result', async () => {
    write([...rowsOf(2), ...rowsOf(2).map((row) => row.replace('val/acc', 'val/crossEntropy'))]);
    await cosweep('import', 'runs.csv', '--ignore', 'val/crossEntropy');
    expect(await json('import', 'runs.csv')).toMatchObject({ was: 'renewed', points: 24 });
  });

  test('the view pairs has the pairs of arms without N', async () => {
    const withoutN = [HEADING, ...rowsOf(3)].map((row) =>
      row
        .split(',')
        .filter((_, column) => column !== 1)
        .join(','),
    );
    writeFileSync(join(folder, 'x.csv'), withoutN.join('\n'));
    await cosweep('import', 'x.csv');
    const raw = new Database(join(folder, 'cosweep.db'), { readonly: true });
    expect(raw.prepare(`SELECT count(*) FROM pairs WHERE abs(difference - 0.01) < 1e-9`).pluck().get()).toBe(3);
    raw.close();
  });

  test('nothing of it can be trained here, and it says so', async () => {
    write([...rowsOf(2), '0.4,50,0,val/acc,100,nan']);
    await cosweep('import', 'runs.csv');
    expect((await cosweep('import', 'runs.csv', '--map', 'unused=other')).stderr).toContain('found no such metric');
    const elsewhere = 'its runs were trained elsewhere';
    for (const args of [
      ['run', 's1', '--no-wait'],
      ['run', 's1', '--fresh', '--no-wait'],
      ['retry', 's1', '--no-wait'],
      ['confirm', 's1', '--arm', '1', '--no-wait'],
      ['extend', 's1', '--seeds', '8', '--no-wait'],
      ['promote', 's1', '--seeds', '3', '--no-wait'],
    ]) {
      const { code, stderr } = await cosweep(...args);
      expect([args[0], code, stderr]).toEqual([args[0], 2, expect.stringContaining(elsewhere)]);
    }
    writeFileSync(join(folder, 'clone.json'), (await cosweep('clone', 's1')).stdout);
    expect((await cosweep('plan', 'clone.json')).stderr).toContain(elsewhere);
    expect(await json('show', 's1')).toMatchObject({ state: 'complete' });
  });
});

test('an option of another tool is refused', async () => {
  write(rowsOf(1));
  for (const [option, value, tool] of [
    ['--pattern', '{a}', "TensorBoard's"],
    ['--study', 'a', "Optuna's"],
  ] as const)
    expect((await cosweep('import', 'runs.csv', option, value)).stderr).toBe(
      `Cannot import ${join(folder, 'runs.csv')} as csv: found ${option}, which is of ${tool} results alone\n`,
    );
  expect(readFileSync(join(folder, 'runs.csv'), 'utf8')).toContain(HEADING);
});
