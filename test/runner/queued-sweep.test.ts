import { join } from 'node:path';
import { expect, test } from 'vitest';
import { releaseLease, takeLease, type Lease } from '../../server/store/database/lease.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { cosweep, start, type Cosweep } from '../helpers/cosweep.ts';
import { isTaken, snapshot } from './snapshot.ts';
import { runArgs, temporaryFolder, writeStudy } from './study.ts';
import { undisturbed } from './undisturbed.ts';

/** What others may do to a queued sweep while a process is about to train it. */

/** Keeps the workers of a program from opening for as long as something is done meanwhile. */
async function beforeItsWorkersOpen(run: Cosweep, db: string, meanwhile: () => Promise<void>): Promise<void> {
  await run.until('it took the database', () => isTaken(db));
  const holding = setInterval(() => send(run.children(), 'SIGSTOP'), 5);
  await run.until('it had workers', () => run.children().length > 0);
  try {
    await meanwhile();
  } finally {
    clearInterval(holding);
    send(run.children(), 'SIGCONT');
  }
}

function send(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended meanwhile
    }
  }
}

test('a definition that is replaced while its sweep is about to begin: what is trained is what is stored', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const args = runArgs(writeStudy(folder, { N: [0], seeds: 1, small: true }));
  const run = start(args, { db });
  const other = { N: [0], beta: [0.1, 0.2], seeds: 1, small: true };
  await beforeItsWorkersOpen(run, db, async () => {
    writeStudy(folder, other);
    const replaced = await cosweep([...args, '--no-wait'], { db });
    expect(replaced.code, replaced.stderr).toBe(0);
  });
  const { code, stderr } = await run.ended;
  expect(code, stderr).toBe(0);
  expect(await snapshot(db)).toEqual((await undisturbed(other)).results);
});

test('a sweep that is removed while a process waits for its turn', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const storage = await openStorage({ file: db, create: true });
  const taken = takeLease(storage, 'a test') as { lease: Lease };
  const waiting = start(runArgs(writeStudy(folder)), { db });
  await waiting.until('it waited', () => waiting.stderr().includes('this sweep is queued'));
  removeSweep(storage, 1);
  const { code, stderr } = await waiting.ended;
  releaseLease(storage, taken.lease);
  await storage.close();
  expect([code, stderr]).toEqual([2, expect.stringContaining('Cannot train s1: it was removed meanwhile\n')]);
});
