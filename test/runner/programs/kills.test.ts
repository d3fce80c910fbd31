import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Stream } from '../../../server/sweep/random.ts';
import { cosweep, start, untilNoneIsLeft } from '../../helpers/cosweep.ts';
import { programsIn } from '../../helpers/programs-in.ts';
import { ask, isTaken, snapshot } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { runProgramArgs, writeProgramStudy } from './program-study.ts';

/** How often something is killed; `COSWEEP_KILLS=200` for a longer test. `COSWEEP_KILLS_SEED` chooses other moments. */
const KILLS = Number(process.env['COSWEEP_KILLS'] ?? 30);
const SEED = Number(process.env['COSWEEP_KILLS_SEED'] ?? 1);

vi.setConfig({ testTimeout: KILLS * 60_000 });

const study = { beta: [0.2], N: [0, 10, 20, 30], seeds: 3, training: { pause: 3, saveEvery: 0.1 } };

test(`main process, workers and programs are killed ${KILLS} times, and the points and states are those of an undisturbed sweep`, async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, study);
  const undisturbed = join(folder, 'undisturbed.db');
  expect((await cosweep(runProgramArgs(file), { db: undisturbed })).code).toBe(0);
  const expected = await snapshot(undisturbed);
  const moments = new Stream(SEED, 'kills');
  for (let kills = 0, round = 0; kills < KILLS; round++) {
    const db = join(folder, `${round}.db`);
    while (kills < KILLS && (await startAndKill(db, file, moments))) kills++;
    const { code, stderr } = await cosweep(runProgramArgs(file), { db });
    expect(code, stderr).toBe(0);
    expect(await snapshot(db)).toEqual(expected);
    expect(ask(db, 'SELECT count(*) FROM "Stage" WHERE batch <> toBatch')).toBe(0);
    expect(programsIn(`${db}.programs/stages`)).toEqual([]);
    expect(readdirSync(`${db}.programs/stages`)).toEqual([]);
  }
});

/** @returns false where the sweep came to its end before */
async function startAndKill(db: string, file: string, moments: Stream): Promise<boolean> {
  const run = start(runProgramArgs(file), { db });
  let over = false;
  void run.ended.then(() => (over = true));
  while (!over && !(isTaken(db) && programsIn(`${db}.programs/stages`).length > 0)) await sleep(20);
  await sleep(moments.uniform() * 400);
  const how = ['main', 'worker', 'program', 'all'][moments.below(4)]!;
  if (how === 'program' || how === 'all') for (const pid of programsIn(`${db}.programs/stages`)) kill(pid);
  if (how === 'worker' || how === 'all') for (const pid of over ? [] : run.children()) kill(pid);
  await sleep(moments.uniform() * 200);
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
