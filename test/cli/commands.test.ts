import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelSweep } from '../../server/store/sweeps/cancel-sweep.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { definition, planText } from '../http/plan-text.ts';
import { accuracyAt, storeTrainedSweep, totalAt } from '../http/trained-sweep.ts';
import { inProcess } from '../helpers/in-process.ts';

let folder: string;
let run: (arm: number, seed: number) => number;
const seeds = planText(JSON.stringify(definition)).seeds;
const ask = (...args: string[]) => inProcess(args, folder);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-cli-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  ({ run } = storeTrainedSweep(storage));
  await storage.close();
  writeFileSync(join(folder, 'good.json'), JSON.stringify(definition));
  writeFileSync(join(folder, 'latin1.json'), JSON.stringify({ ...definition, name: 'Größe' }), 'latin1');
  writeFileSync(join(folder, 'bad.json'), JSON.stringify({ ...definition, metod: 'grid', seeds: 0 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bad usage: exit code 2, nothing on stdout', () => {
  test.each([
    [['--frobnicate'], /unknown option '--frobnicate'/],
    [['lst'], /unknown command 'lst'[^]*list/],
    [['export', 'latest', '--format', 'pdf'], /Allowed choices are text, md, markdown, csv, json, latex, html/],
    [['run', 'good.json', '--workers', '0'], /whole number from 1 to 1024, or auto/],
    [['serve', '--port', 'http'], /whole number from 0 to 65535/],
    [['plan', 'nothing.json'], /Cannot read the sweep definition .*nothing\.json: there is no such file/],
    [
      ['plan', 'latin1.json'],
      /Cannot read the sweep definition .*latin1\.json: it is not text in UTF-8; want a JSON file/,
    ],
    [['plan', 'bad.json'], /2 problems[^]*seeds: found 0[^]*metod: unknown key — did you mean "method"/],
    [['show', 's99'], /Cannot find sweep "s99" in .*two-betas/],
    [['show', 'r99999'], /Cannot find run "r99999"/],
    [['runs', 's1', '--filter', 'bta > 1'], /at character 1: found "bta", wanted a word of runs — did you mean "beta"/],
    [['runs', 's1', '--columns', 'arm,val_acc'], /did you mean last\(val\/accuracy\)/],
    [['runs', 's1', '--sort', '-sed'], /found "sed", wanted a column — did you mean "seed"/],
    [['curves', 's1', '--metric', 'val/acuracy'], /did you mean "val\/accuracy"/],
    [['export', 's1', '--target', 'much'], /argument 'much' is invalid. Want a finite number, such as 0.95 or 95%/],
    [
      ['export', 's1', '--target', '400'],
      /found target = 400 for val\/accuracy, wanted a number above 0 and at most 1/,
    ],
    [['export', '--metric', 'val/accuracy'], /missing required argument 'sweep'/],
    [['export', 's1', 's1'], /Cannot compare s1, s1: found s1 twice, wanted different sweeps/],
    [
      ['export', 's1', 's2', '--baseline', 'noIntra', '--ids'],
      /Cannot compare s1, s2: found --baseline and --ids, wanted with one sweep alone/,
    ],
    [['export', 's1', 's2', '--metric', 'val/accuracy', 'train/total'], /found 2 metrics .*, wanted one/],
    [['curves', '--metric', 'val/accuracy', 's1', 's2'], /found s1, s2, wanted one sweep or run at a time/],
    [['export', 's1', '--rows', 'learningRate'], /wanted a parameter of the sweep/],
    [['export', 's1', '--baseline', 'nobody'], /Cannot make the table of sweep "two-betas"/],
    [['rm', 's1'], /no terminal to ask on: want --yes/],
    [['tag', 's1', 'paper'], /Cannot tag s1: found "paper", wanted \+WORD or -WORD/],
    [['tag', 's1', '--frob'], /Cannot tag s1: found "--frob"/],
    [['tag', 's1', '+a\u001b[31m'], /Cannot tag s1: found "a\\u001b\[31m", wanted a text of 1 to 64 characters/],
    [['star', 's1', '--arm', 'nobody'], /Cannot star arm "nobody" of s1: there is none; wanted an index from 0 to 2/],
    [['star', 'r1', '--arm', '1'], /Cannot star r1: found --arm/],
    [['note', 'r99999', 'x'], /Cannot find run "r99999"/],
    [['note', 's1', 'a\u0007b'], /Cannot keep a note on s1: found "a\\u0007b"/],
    [['rename', 's1', 's2'], /Cannot rename s1: found "s2", wanted a text of 1 to 200 characters/],
    [['rename', 's1'], /Cannot rename s1: wanted a name, or --back/],
    [['archive', 's1', 's99'], /Cannot find sweep "s99"/],
    [['clone', 's1', '--out', 'good.json'], /Cannot clone to .*good\.json: there is a file already/],
    [['clone', 's1', '--out', 'cosweep.db'], /Cannot write to .*cosweep\.db: that is the database/],
    [['engine', 'install', 'abacus'], /Cannot install engine "abacus": want tensorflow, webgpu or redis/],
    [['engine', 'install', 'redis', '--cuda'], /Cannot install redis with --cuda: that is an option of tensorflow/],
    [['engine', 'install', 'webgpu', '--cuda'], /Cannot install webgpu with --cuda: that is an option of tensorflow/],
    [
      ['demo', '--db', 'cosweep.db'],
      /Cannot make the demo's database .*cosweep\.db anew: it holds the sweep "two-betas"/,
    ],
    [
      ['doctor', '--loss-cases', 'nothing.json'],
      /Cannot read reference cases from .*nothing\.json: there is no such file/,
    ],
  ])('cosweep %j', async (args, message) => {
    const { code, stdout, stderr } = await ask(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([code, stdout]).toEqual([2, '']);
  });

  test.each([
    ['list'],
    ['show', 'latest'],
    ['export', 'latest'],
    ['runs', 's1'],
    ['curves', 's1'],
    ['cancel', 's1'],
    ['retry', 's1'],
    ['rm', 's1', '--yes'],
  ])('cosweep %s of a database that is not there names it in full, and makes none', async (...args) => {
    const { code, stdout, stderr } = await ask('--db', 'elsewhere.db', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(join(folder, 'elsewhere.db'));
    expect(existsSync(join(folder, 'elsewhere.db'))).toBe(false);
  });

  test('a sweep that was cancelled before its process came to it stays cancelled', async () => {
    const db = join(folder, 'cancelled.db');
    const storage = await openStorage({ file: db, create: true });
    const { sweepId } = queueSweep(storage, {
      definition: '{}',
      definitionPath: null,
      folder,
      plan: planText(JSON.stringify(definition)),
      engine: null,
      share: true,
    });
    expect(cancelSweep(storage, sweepId)).toBe('cancelled');
    await storage.close();
    const { code, stdout } = await ask('run', 's1', '--if-queued', '--json', '--db', db);
    expect(JSON.parse(stdout)).toMatchObject({ sweepId: 's1', state: 'cancelled', batchesTrained: 0 });
    expect(code).toBe(1);
  });

  test('the id of a sweep is that sweep, whatever file or folder has its name', async () => {
    const cwd = join(folder, 'names');
    mkdirSync(join(cwd, 's1'), { recursive: true });
    for (const name of ['s2', 'latest']) writeFileSync(join(cwd, name), 'not a definition');
    for (const [name, found] of [
      ['s1', 'Cannot run s1 with --no-share'],
      ['s2', 'Cannot find sweep "s2"'],
      ['latest', 'Cannot run latest with --no-share'],
      ['./s2', 'Cannot read'],
    ] as const) {
      const { code, stderr } = await inProcess(['--db', join(folder, 'cosweep.db'), 'run', name, '--no-share'], cwd);
      expect([code, stderr]).toEqual([2, expect.stringContaining(found)]);
    }
    expect((await inProcess(['--db', 'elsewhere.db', 'run', 's2', '--if-queued'], cwd)).stderr).toContain(
      'Cannot open database',
    );
  });

  test('a definition with mistakes leaves no database behind', async () => {
    const { code } = await ask('run', 'bad.json', '--db', 'elsewhere.db');
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'elsewhere.db'))).toBe(false);
  });
});

test('help lists every command and opens no room', async () => {
  const { code, stdout } = await ask('--help');
  expect(code).toBe(0);
  for (const command of [
    'demo',
    'plan',
    'probe',
    'run',
    'confirm',
    'serve',
    'list',
    'show',
    'export',
    'runs',
    'curves',
    'cancel',
    'retry',
    'clone',
    'tag',
    'note',
    'star',
    'unstar',
    'rename',
    'archive',
    'unarchive',
    'rm',
    'doctor',
    'engine',
    'datasets',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  }
});

test('plan --json, with and without the arms', async () => {
  const { code, stdout } = await ask('plan', 'good.json', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    name: 'two-betas',
    planHash: planText(JSON.stringify(definition)).planHash,
    arms: 3,
    runs: 18,
    dropped: [{ constraint: 'gamma > alpha > beta', count: 0 }],
    folded: 0,
    batches: 6 * (20 + 3 * 20),
    batchesUnshared: 720,
    stages: 6 * 4,
    smallestP: { maxT: 2 / 2 ** 6, holm: 4 / 2 ** 6 },
    notes: [],
    weightBytes: { all: 18 * 1_948_248, best: 3 * 1_948_248 },
    stored: 17, // of 18: one has failed
  });
  const { armList } = JSON.parse((await ask('plan', 'good.json', '--json', '--arms')).stdout);
  expect(armList[1]).toMatchObject({
    index: 1,
    ablation: null,
    control: false,
    alpha: 0.5,
    beta: 0.4,
    gamma: 1,
    epsilon: 0.01,
    N: 20,
  });
  expect(armList[2]).toMatchObject({ index: 2, ablation: 'noIntra', control: true, beta: 0, epsilon: null, N: null });
});

test('tags, notes, stars and names are kept, shown and taken back', async () => {
  const told = async (...args: string[]) => {
    const { code, stdout, stderr } = await ask(...args);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  expect(await told('tag', 's1', '+paper', '+b <i>', '-none')).toBe('s1: b <i>, paper\n');
  expect(await told('tag', 'two-betas', '-b <i>')).toBe('s1: paper\n');
  expect(JSON.parse(await told('tag', 's1', '--arm', '1', '+best', '--json'))).toEqual({
    sweep: 's1',
    arm: 1,
    tags: ['best'],
  });
  expect(await told('star', 'latest')).toBe('s1: starred\n');
  expect(await told('star', 's1', '--arm', '1')).toMatch(/^s1 arm 1 .*: starred\n$/);
  expect(await told('note', 'r1', 'one\n\u202etwo')).toBe('one\n·two\n');
  expect(await told('note', 'r1')).toBe('one\n·two\n');
  expect(await told('note', 's1', 'ε was too large')).toBe('ε was too large\n');
  expect(await told('rename', 's1', 'for the paper')).toBe('s1 for the paper\n');

  expect(await told('list')).toMatch(
    /CREATED +MARKS\ns1 {2}for the paper {2}complete, 1 failed, 1 diverged .* ★ paper\n/,
  );
  expect(JSON.parse(await told('list', '--tag', 'paper', '--star', '--json'))).toMatchObject([{ id: 's1' }]);
  expect(JSON.parse(await told('list', '--tag', 'paper', 'other', '--json'))).toEqual([]);
  expect(await told('show', 's1')).toMatch(/\ntags +paper\nnote +ε was too large\n[^]*\nARM +NAME.*\n +1 .* ★ +best/);
  expect(await told('show', 'r1')).toMatch(/\nnote +one\n +·two\n/);

  expect(await told('archive', 's1')).toBe('s1 for the paper: archived\n');
  expect((await ask('list')).stderr).toBe(
    'None of 1 sweeps is one of these; `cosweep list --archived` lists all of them.\n',
  );
  expect(await told('list', '--archived')).toContain('1 diverged, archived');
  await told('unarchive', 's1');
  expect(await told('rename', 's1', '--back')).toBe('s1 two-betas\n');
  for (const [command, ...args] of [['unstar'], ['tag', '-paper'], ['note', '']]) await ask(command!, 's1', ...args);
  expect(JSON.parse(await told('show', 's1', '--json'))).toMatchObject({
    name: 'two-betas',
    mark: { star: false, tags: [], note: null },
  });
});

test('clone gives the definition, to be edited', async () => {
  expect(JSON.parse((await ask('clone', 's1')).stdout)).toEqual(definition);
  const { code, stdout, stderr } = await ask('clone', 's1', '--out', 'clone.json');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^s1 cloned to .*clone\.json\nRelative paths .* those of s1 start at \/study\n$/);
  expect(JSON.parse(readFileSync(join(folder, 'clone.json'), 'utf8'))).toEqual(definition);
});

test('list, show', async () => {
  expect(JSON.parse((await ask('list', '--json')).stdout)).toEqual([
    expect.objectContaining({ id: 's1', name: 'two-betas', state: 'complete' }),
  ]);
  expect((await ask('list')).stdout).toMatch(/^ID {2}NAME.*\ns1 {2}two-betas {2}complete/);
  const sweep = JSON.parse((await ask('show', 'latest', '--json')).stdout);
  expect(sweep).toMatchObject({ id: 's1', counts: { complete: 16, failed: 1, diverged: 1 } });
  const shown = JSON.parse((await ask('show', `r${run(1, seeds[0]!)}`, '--json')).stdout);
  expect(shown).toMatchObject({
    id: `r${run(1, seeds[0]!)}`,
    sweeps: [{ id: 's1' }],
    arm: { index: 1, beta: 0.4, N: 20 },
    seed: seeds[0],
    state: 'complete',
    engine: 'wasm',
    versions: { tfjs: '4.22.0' },
    error: null,
    metrics: {
      'val/accuracy': { last: accuracyAt(1, seeds[0]!, 40), best: accuracyAt(1, seeds[0]!, 40), bestBatch: 40 },
    },
  });
  expect(shown.stages).toHaveLength(1);
  expect((await ask('show', 'two-betas')).stdout).toContain('the worker was killed <script>alert(1)</script>');
});

test('curves: every number comes back as it was', async () => {
  const points = JSON.parse((await ask('curves', 's1', '--metric', 'train/total', '--json')).stdout);
  const expected = seeds
    .slice(0, 5)
    .flatMap((seed) =>
      [0, 1, 2].flatMap((arm) =>
        Array.from({ length: 40 }, (_, batch) => [run(arm, seed), arm, seed, batch, totalAt(seed, batch)]),
      ),
    );
  const found = points.filter(({ seed }: { seed: number }) => seed !== seeds.at(-1));
  expect(
    found.map((point: Record<string, unknown>) => [
      Number(String(point['run']).slice(1)),
      point['arm'],
      point['seed'],
      point['batch'],
      point['value'],
    ]),
  ).toEqual(expected.sort((a, b) => a[0]! - b[0]! || a[3]! - b[3]!));
  const diverged = JSON.parse(
    (await ask('curves', `r${run(1, seeds.at(-1)!)}`, '--metric', 'train/total', '--json')).stdout,
  );
  expect(diverged).toHaveLength(30);
  expect(diverged.at(-1).value).toBeNull();
  const lines = (await ask('curves', `r${run(0, seeds[0]!)}`)).stdout.split('\n');
  expect(lines[0]).toBe('run,arm,armName,seed,metric,batch,value,alpha,beta,gamma,epsilon,N');
  expect(lines[1]).toBe(
    `r${run(0, seeds[0]!)},0,β0.2,${seeds[0]},train/total,0,${totalAt(seeds[0]!, 0)},0.5,0.2,1,0.01,20`,
  );
});

test('--metric leaves the sweep that stands after its names; names with commas between are several', async () => {
  const usual = (await ask('export', 's1', '--metric', 'val/accuracy', 'train/total')).stdout;
  expect((await ask('export', '--metric', 'val/accuracy', 'train/total', 's1')).stdout).toBe(usual);
  expect((await ask('export', '--metric', 'val/accuracy,train/total', 's1')).stdout).toBe(usual);
  expect((await ask('curves', '--metric', 'val/accuracy', 's1')).stdout).toBe(
    (await ask('curves', 's1', '--metric', 'val/accuracy')).stdout,
  );
});

test('export --out: the format goes by the ending, and --format wins', async () => {
  const asked = async (...options: string[]) => (await ask('export', 's1', ...options)).stdout;
  for (const [ending, format] of [
    ['csv', 'csv'],
    ['CSV', 'csv'],
    ['tex', 'latex'],
    ['html', 'html'],
    ['json', 'json'],
    ['md', 'md'],
    ['txt', 'text'],
    ['out', 'md'],
  ] as const) {
    const file = join(folder, `t.${ending}`);
    await asked('--out', file);
    const begin = format === 'csv' ? '\ufeff' : ''; // for Excel, which takes a file without it for another encoding
    expect(readFileSync(file, 'utf8')).toBe(begin + (await asked('--format', format)));
  }
  const file = join(folder, 't.csv');
  await asked('--out', file, '--format', 'latex');
  expect(readFileSync(file, 'utf8')).toBe(await asked('--format', 'latex'));
});

test('runs: a row per run with its parameters and metrics', async () => {
  const rows = JSON.parse((await ask('runs', 's1', '--json')).stdout);
  expect(rows).toHaveLength(18);
  expect(rows[6]).toMatchObject({
    arm: 1,
    armName: 'β0.4',
    seed: seeds[0],
    state: 'complete',
    engine: 'wasm',
    seconds: 2.5,
    params: { beta: 0.4, N: 20 },
    metrics: { 'val/accuracy': { last: accuracyAt(1, seeds[0]!, 40) } },
  });
  expect(rows[5]).toMatchObject({ state: 'failed', metrics: { 'val/accuracy': { last: null, best: null } } });
  const csv = (await ask('runs', 's1')).stdout.trimEnd().split('\n');
  expect(csv).toHaveLength(19);
  expect(csv[0]).toContain('val/accuracy last,val/accuracy best,val/accuracy bestBatch');
});

test('diff: two runs side by side', async () => {
  const ids = [`r${run(0, seeds[0]!)}`, `r${run(2, seeds[0]!)}`];
  const text = (await ask('diff', ...ids)).stdout;
  expect(text).toMatch(/^\s+r\d+ +r\d+\narm +β0.2, seed 0 +noIntra, seed 0$/m);
  expect(text).toMatch(/^ {2}beta +0.2 +0$/m);
  expect(text).not.toMatch(/learningRate/);
  expect(text).toMatch(/\d+ more are the same/);
  expect((await ask('diff', ...ids, '--all')).stdout).toMatch(/training\.optimizer\.learningRate +0\.01 +0\.01$/m);
  const { sections } = JSON.parse((await ask('diff', ...ids, '--json')).stdout);
  expect(sections[0].title).toBe('settings');
  expect(sections[0].rows[0]).toEqual({ name: 'beta', values: [0.2, 0], differs: true });
});

test('runs: filtered, sorted, and in chosen columns', async () => {
  const table = (
    await ask(
      ...['runs', 's1', '--filter', 'beta > 0.3 and complete', '--format', 'table'],
      ...['--columns', 'id, beta, seed, delta(val/accuracy)', '--sort', '-delta(val/accuracy)'],
    )
  ).stdout
    .trimEnd()
    .split('\n');
  expect(table[0]!.split(/ {2,}/)).toEqual(['id', 'beta', 'seed', 'delta(val/accuracy)']);
  expect(table).toHaveLength(6); // the last seed of this arm diverged
  expect(table[1]!.trim().split(/ +/)).toEqual([`r${run(1, seeds[0]!)}`, '0.4', String(seeds[0]), '0.03']);
  const columns = ['--columns', 'state,β,last(val/accuracy)', '--filter', 'seed = 5'];
  expect((await ask('runs', 's1', ...columns)).stdout.split('\n').slice(0, 2)).toEqual([
    'state,beta,last(val/accuracy)',
    'failed,0.2,',
  ]);
  expect(JSON.parse((await ask('runs', 's1', ...columns, '--json')).stdout)[0]).toEqual({
    state: 'failed',
    beta: 0.2,
    'last(val/accuracy)': null,
  });
});

test('export: each format, to stdout or to a file', async () => {
  const json = JSON.parse((await ask('export', 's1', '--format', 'json')).stdout);
  expect(json.rows.map(({ name, n }: { name: string; n: number }) => [name, n])).toEqual([
    ['β0.2', 5],
    ['β0.4', 5],
    ['noIntra', 6],
  ]);
  const { stdout, stderr } = await ask(
    'export',
    's1',
    '--format',
    'latex',
    '--rows',
    'beta',
    '--cols',
    'N',
    '--out',
    'table.tex',
  );
  expect(stdout).toBe('');
  expect(stderr).toContain(join(folder, 'table.tex'));
  expect(readFileSync(join(folder, 'table.tex'), 'utf8')).toContain('\\multicolumn');
  expect((await ask('export', 's1')).stdout).toContain('| β0.4 |');
});

test('CSV begins as Excel wants it in a file, and not in a pipe', async () => {
  await ask('export', 's1', '--format', 'csv', '--out', 'table.csv');
  const { stdout } = await ask('export', 's1', '--format', 'csv');
  expect(readFileSync(join(folder, 'table.csv'), 'utf8')).toBe(`\ufeff${stdout}`);
  expect(stdout).toMatch(/^arm,name/);
  await ask('--json', 'export', 's1', '--format', 'csv', '--out', 'table.json');
  expect(readFileSync(join(folder, 'table.json'), 'utf8')).toMatch(/^\{/);
});
