import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Stream } from '../../server/sweep/random.ts';
import { cosweep, start, untilNoneIsLeft } from '../helpers/cosweep.ts';
import { ask, isTaken, snapshot } from './snapshot.ts';
import { runArgs, temporaryFolder, writeStudy, type Study } from './study.ts';
import { undisturbed } from './undisturbed.ts';

/** How often it is killed; `COSWEEP_KILLS=200` for a longer test. `COSWEEP_KILLS_SEED` chooses other moments. */
const KILLS = Number(process.env['COSWEEP_KILLS'] ?? 50);
const SEED = Number(process.env['COSWEEP_KILLS_SEED'] ?? 1);

/**
 * Many short stages, so that some are stored between two kills: a trunk that is cut at every N, and a fork at each cut.
 */
const study: Study = { beta: [0.3, 0.4], N: [0, 15, 30, 45, 60, 75, 90, 105], seeds: 3 };

vi.setConfig({ testTimeout: KILLS * 60_000 });

test(`killed at ${KILLS} random moments and continued after each, a sweep ends with the points, summaries, checkpoints and artefacts of an undisturbed one`, async () => {
  const folder = temporaryFolder();
  const file = writeStudy(folder, study);
  const expected = (await undisturbed(study)).results;
  const moments = new Stream(SEED, 'kills');
  for (let kills = 0, round = 0; kills < KILLS; round++) {
    // A sweep that got to its end is compared, and begun anew with the kills that are left.
    const db = join(folder, `${round}`, 'study.db');
    mkdirSync(dirname(db));
    while (kills < KILLS && (await startAndKill(db, file, moments))) kills++;
    const { code, stderr } = await cosweep(runArgs(file), { db });
    expect(code, stderr).toBe(0);
    expect(await snapshot(db)).toEqual(expected);
    expect(ask(db, 'SELECT count(*) FROM "Stage" WHERE batch <> toBatch')).toBe(0);
    expect(ask(db, 'PRAGMA integrity_check')).toBe('ok');
  }
});

/**
 * Starts or continues the sweep, then kills with SIGKILL its main process alone, or a worker with it, or a worker and
 * the main process while it is at replacing the worker. Four of five kills fall into training, the others anywhere from
 * the first moment on.
 *
 * @returns false where the sweep came to its end before
 */
async function startAndKill(db: string, file: string, moments: Stream): Promise<boolean> {
  const run = start(runArgs(file), { db });
  let over = false;
  void run.ended.then(() => (over = true));
  const inTraining = moments.below(5) > 0;
  while (inTraining && !over && !(isTaken(db) && / to train, on wasm/.test(run.stderr()) && run.children().length > 0))
    await sleep(20);
  await sleep(moments.uniform() * 1_000);
  const how = ['main', 'both', 'worker first'][moments.below(3)];
  const [worker] = over || how === 'main' ? [] : run.children();
  if (worker !== undefined) kill(worker);
  if (how === 'worker first') await sleep(moments.uniform() * 500);
  if (over) return false;
  run.signal('SIGKILL');
  await run.ended;
  await untilNoneIsLeft(run);
  return true;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
