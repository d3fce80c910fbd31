import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosweep, start } from '../../helpers/cosweep.ts';
import { ask, countRuns, snapshot } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { BATCHES, runProgramArgs, writeProgramStudy } from './program-study.ts';

const study = { beta: [0.2, 0.3], N: [0, 20, 30], seeds: 2 };

async function trained(folder: string, file: string, ...more: string[]) {
  const db = join(folder, `${more.length}${more[0] ?? ''}.db`);
  const { code, stderr } = await cosweep(runProgramArgs(file, ...more), { db });
  expect(code, stderr).toBe(0);
  return { db, results: await snapshot(db) };
}

test('runs that share stages have the points and the final states of runs that were trained one by one', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, study);
  const shared = await trained(folder, file);
  const unshared = await trained(folder, file, '--no-share');
  expect(ask(shared.db, 'SELECT total(toBatch - fromBatch) FROM "Stage"')).toBeLessThan(
    ask<number>(unshared.db, 'SELECT total(toBatch - fromBatch) FROM "Stage"'),
  );
  const finals = ({ results }: typeof shared) =>
    Object.entries(results).map(([run, { state, curves, metrics, checkpoints }]) => ({
      run,
      state,
      curves,
      metrics,
      final: checkpoints[BATCHES],
    }));
  expect(finals(shared)).toEqual(finals(unshared));
  const [first] = finals(shared);
  expect(first).toMatchObject({ state: 'complete', final: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(first!.curves['train/total']).toHaveLength(BATCHES);
  expect(first!.curves['val/accuracy']!.map(([batch]) => batch)).toEqual([10, 20, 30, 40]);
  // What a run saved at its end is given back as it was saved.
  const out = join(folder, 'weights');
  const { stdout } = await cosweep(['weights', 'r1', '--out', out], { db: shared.db });
  expect(stdout).toMatch(/^r1: .* with deep\/empty \(0 bytes\), weight\.json \(\d+ bytes\)/);
  const weight = JSON.parse(readFileSync(join(out, 'weight.json'), 'utf8'));
  expect(1 / (1 + Math.exp(-weight))).toBe(first!.curves['val/accuracy']!.at(-1)![1]);
  // Nothing of the stages is left, and the program's own copy stays.
  expect(readdirSync(`${shared.db}.programs/stages`)).toEqual([]);
});

test('a resident program trains the same, in fewer processes', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, study);
  const { results } = await trained(folder, file);
  const resident = writeProgramStudy(join(folder, 'resident'), {
    ...study,
    program: { command: [process.execPath, 'trainer.mjs', '--resident'], resident: true },
  });
  const other = await trained(join(folder, 'resident'), resident);
  expect(other.results).toEqual(results);
});

test('Ctrl-C ends it with a save, and it continues from there to the same end', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { ...study, training: { pause: 25 } });
  const db = join(folder, 'stopped.db');
  const run = start(runProgramArgs(file), { db });
  await run.until('two runs are complete', () => countRuns(db, 'complete') >= 2);
  run.pressCtrlC();
  expect((await run.ended).code).toBe(130);
  expect(ask<number>(db, 'SELECT count(*) FROM "Run" WHERE state = \'complete\'')).toBeLessThan(14);
  expect(existsSync(`${db}.programs/stages`) ? readdirSync(`${db}.programs/stages`) : []).toEqual([]);
  const { code, stderr } = await cosweep(runProgramArgs(file), { db });
  expect(code, stderr).toBe(0);
  const quick = writeProgramStudy(join(folder, 'quick'), study);
  expect(await snapshot(db)).toEqual((await trained(join(folder, 'quick'), quick)).results);
});
