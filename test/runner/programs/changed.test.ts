import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosweep } from '../../helpers/cosweep.ts';
import { ask, countRuns } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { writeProgramStudy } from './program-study.ts';

test('a program that was edited is refused, and --fresh trains the edited one', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1 });
  const script = join(folder, 'trainer.mjs');
  const right = readFileSync(script, 'utf8');
  writeFileSync(script, 'throw new Error("a slip of the pen");\n');
  const db = join(folder, 'study.db');
  expect((await cosweep(['run', file], { db })).code).toBe(2);
  const first = ask<string>(db, 'SELECT engine FROM "Sweep"');
  // It is the same sweep, of the same program, however often it is refused.
  const again = await cosweep(['run', 's1'], { db });
  expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/a slip of the pen/)]);
  expect(ask(db, 'SELECT engine FROM "Sweep"')).toBe(first);
  writeFileSync(script, right);
  const refused = await cosweep(['run', file], { db });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/trainer\.mjs differs.*--fresh/)]);
  for (const what of [file, 's1']) {
    appendFileSync(script, '// another remark\n');
    const { code, stderr } = await cosweep(['run', what, '--fresh'], { db });
    expect(code, stderr).toBe(0);
  }
  expect(ask(db, 'SELECT engine FROM "Sweep"')).not.toBe(first);
  // Two runs of either edition; of the program with the slip none.
  expect(countRuns(db, 'complete')).toBe(4);
  expect(ask(db, `SELECT count(DISTINCT engine) FROM "Run" WHERE state = 'complete'`)).toBe(2);
});
