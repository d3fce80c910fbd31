import { appendFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readLogs } from '../../server/cli/log-text.ts';
import { claimLogFolder, logFolderOf, stageLogName } from '../../server/store/database/log-folder.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { inProcess } from '../helpers/in-process.ts';
import { begin, lease, makePlan, newStorage } from '../store/support.ts';

interface Logged {
  storage: Storage;
  runId: number;
  /** Of the first attempt. */
  log: string;
}

/** A run that waits, with a log of its only stage. */
async function newLogged(): Promise<Logged> {
  const storage = await newStorage();
  const { tasks } = begin(storage, lease(storage), makePlan([{ beta: 0 }], [1]));
  claimLogFolder(storage);
  const [{ runId, stages }] = tasks as [(typeof tasks)[0]];
  const log = join(logFolderOf(storage), stageLogName(stages[0]!.stageId, 1));
  writeFileSync(log, 'one\n');
  return { storage, runId, log };
}

test('it is followed until the run has ended, and then read to its end', async () => {
  const { storage, runId, log } = await newLogged();
  const said: string[] = [];
  const count = await readLogs(storage, runId, {
    follow: true,
    ended: new AbortController().signal,
    write: async (text) => {
      said.push(text);
      if (text === 'one\n') appendFileSync(log, 'two\n');
      if (text !== 'two\n') return;
      storage.prepare(`UPDATE "Run" SET state = 'complete' WHERE id = ?`).run(runId);
      appendFileSync(log, 'three\n');
    },
  });
  expect([count, ...said.slice(1)]).toEqual([1, 'one\n', 'two\n', 'three\n']);
  expect(said[0]).toMatch(/^==> g\d+, attempt 1 <==\n$/);
});

test('whoever ends it waits for nothing', async () => {
  const { storage, runId } = await newLogged();
  const ended = new AbortController();
  const write = async (): Promise<void> => ended.abort();
  expect(await readLogs(storage, runId, { follow: true, ended: ended.signal, write })).toBe(1);
});

test('show RUN --log prints it; what has none says so; wrong options are refused', async () => {
  const { storage, runId, log } = await newLogged();
  writeFileSync(log, 'red: \u001b[31m\n');
  const show = (...args: string[]) => inProcess(['--db', storage.file, 'show', ...args], dirname(storage.file));
  expect(await show(`r${runId}`, '--log')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/==>.*\nred: ·\[31m\n$/),
  });
  expect(await show('s1', '--log')).toMatchObject({ code: 2, stderr: expect.stringContaining("wanted a run's id") });
  expect(await show(`r${runId}`, '--follow')).toMatchObject({ code: 2, stderr: expect.stringContaining('--log') });
  expect(await show(`r${runId}`, '--log', '--json')).toMatchObject({ code: 2 });
});
