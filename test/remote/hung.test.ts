import { expect, test, vi } from 'vitest';
import { countRuns, snapshot } from '../runner/snapshot.ts';
import type { Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { several } from './several.ts';

const study: Study = { N: [0, 60], seeds: 1, small: true };

test('a process of a worker that hangs is noticed there after COSWEEP_WATCHDOG seconds, and its stage is tried again', async () => {
  vi.stubEnv('COSWEEP_WATCHDOG', '10');
  const all = several(study);
  const head = all.startHead();
  await head.says('cosweep worker --join');
  const worker = all.startWorker();
  await head.until('it trained', () => worker.children().length > 0 && countRuns(all.db, 'running') > 0);
  process.kill(worker.children()[0]!, 'SIGSTOP');
  const { code, stderr } = await head.ended;
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/is tried again: On \S+: .*\(it gave no sign of life for \d+ s and was killed/);
  expect(await snapshot(all.db)).toEqual((await undisturbed(study)).results);
});
