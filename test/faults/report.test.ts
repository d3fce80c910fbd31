import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { toLatexText } from '../../server/report/formats/latex-text.ts';
import { toFixed } from '../../server/report/number-format.ts';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { suggest } from '../../server/sweep/suggest.ts';
import { fault } from '../helpers/fault.ts';
import { inProcess } from '../helpers/in-process.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';
import { makeArm, makeControl, makeResults, withFailures } from '../report/make-results.ts';

let folder: string;
const ask = (...args: string[]) => inProcess(args, folder);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-faults-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  storeTrainedSweep(storage);
  await storage.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Differences of twelve seeds, all above zero and no two alike. */
const twelve = Array.from({ length: 12 }, (_, seed) => 0.9 + ((seed * 7) % 12) / 1000);
const better = twelve.map((value, seed) => value + 0.01 + ((seed * 5) % 12) / 1000);

fault('15', 'a row of two near-equal seeds in a family of twelve', ({ say }) => {
  const short = twelve.map((value, seed) => (seed < 2 ? value + [0.1, 0.1005][seed]! : null));
  const arms = [makeControl(0), makeArm(1), makeArm(2)];
  const rows = buildAblationTable(withFailures(makeResults(arms, [twelve, better, short]))).tables[0]!.rows;
  expect(rows[1]!.difference!.pMaxT).toBe(2 / 4096);
  expect(rows[2]!.difference!.untested).toBe('tooFew');
  say(`the row of twelve seeds has p = ${rows[1]!.difference!.pMaxT}; the row of two has none: n too small`);
});

fault('15', 'arm and control diverged on different seeds, in equal number', ({ say }) => {
  const results = makeResults([makeControl(0), makeArm(1)], [twelve, better]);
  results.runs.find(({ arm, seed }) => arm === 0 && seed === 3)!.state = 'diverged';
  results.runs.find(({ arm, seed }) => arm === 1 && seed === 8)!.state = 'diverged';
  const { difference } = buildAblationTable(results).tables[0]!.rows[1]!;
  expect(difference).toMatchObject({ n: 10, untested: 'diverged', p: null });
  say('p is withheld');
});

fault('M', 'means of (0.24, 0.21) and (0.23, 0.22)', ({ say }) => {
  const arms = [makeControl(0), makeArm(1)];
  const { rows } = buildAblationTable(
    makeResults(arms, [
      [0.24, 0.21],
      [0.23, 0.22],
    ]),
  ).tables[0]!;
  const texts = rows.map(({ mean }) => toFixed(100 * mean!, 0));
  expect(texts).toEqual(['23', '23']);
  say(`printed as ${texts.join(' and ')}`);
});

fault('T', '--target 40 on a table in percent', async ({ say }) => {
  const { stdout } = await ask('export', 's1', '--target', '40');
  expect(stdout).toBe((await ask('export', 's1', '--target', '0.4')).stdout);
  expect(stdout).toContain('first evaluation at or above 40 %');
  const { code, stderr } = await ask('export', 's1', '--target', '400');
  expect(code).toBe(2);
  say(`40 is read as 40 %; of 400: ${stderr}`);
});

fault('Y', '--out t.csv', async ({ say }) => {
  const { code } = await ask('export', 's1', '--out', 't.csv');
  expect(code).toBe(0);
  const [first] = readFileSync(join(folder, 't.csv'), 'utf8').split('\n');
  expect(first).toContain('difference_mean,difference_low');
  say(`writes CSV: ${first!.slice(0, 60)}…`);
});

fault('Small', '--metric X s1', async ({ say }) => {
  const { code, stdout } = await ask('export', '--metric', 'val/accuracy', 's1');
  expect([code, stdout]).toEqual([0, (await ask('export', 's1')).stdout]);
  say('the table of s1');
});

fault('Small', '--rows learningRate', ({ say }) => {
  const found = suggest('learningRate', ['beta', 'training.optimizer.learningRate']);
  expect(found).toBe('training.optimizer.learningRate');
  say(`did you mean "${found}"?`);
});

fault('Small', 'LaTeX ligatures of --', ({ say }) => {
  expect(toLatexText('--no-share')).toBe('-{}-no-share');
  say(toLatexText('--no-share'));
});
