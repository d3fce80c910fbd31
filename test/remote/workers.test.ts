import { expect, test } from 'vitest';
import { ask, snapshot } from '../runner/snapshot.ts';
import type { Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { several } from './several.ts';

const study: Study = { beta: [0.3, 0.4], N: [0, 30, 60, 90], seeds: 3 };

test('two workers elsewhere train a sweep to the same points, checkpoints and artefacts as this machine alone', async () => {
  const all = several(study);
  const head = all.startHead();
  await head.says('cosweep worker --join');
  const workers = [all.startWorker(), all.startWorker('--slots', '2')];
  const { code, stderr } = await head.ended;
  expect(code, stderr).toBe(0);
  for (const worker of workers) expect(await worker.ended).toMatchObject({ code: 0 });
  expect(await snapshot(all.db)).toEqual((await undisturbed(study)).results);
  expect(ask(all.db, 'SELECT count(*) FROM "FileBeingWritten"')).toBeLessThanOrEqual(2);
});
