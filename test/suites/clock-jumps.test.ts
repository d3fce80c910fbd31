import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { start } from '../helpers/cosweep.ts';
import { size } from '../helpers/size.ts';
import { ask, isTaken, snapshot } from '../runner/snapshot.ts';
import { BATCHES, runArgs, temporaryFolder, writeStudy, type Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';

const study: Study = { N: [0, 60], seeds: 1, small: true };
const next: Study = { name: 'next', N: [0], seeds: 1, small: true };

/** Puts the clock of the day of a process forward or back, by minutes to days, several times a second. */
function jumpingClock(folder: string, seed: number): string {
  const file = join(folder, 'jumps.mjs');
  writeFileSync(
    file,
    `let state = ${seed + 1};
const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
const now = Date.now;
let offset = 0;
Date.now = () => now() + offset;
setInterval(() => (offset = (uniform() < 0.5 ? -1 : 1) * 10 ** (5 + 4 * uniform())), 250).unref();`,
  );
  return `--import ${file}`;
}

const cases = (['holder', 'waiter'] as const).flatMap((whose) =>
  Array.from({ length: size(1, 3) }, (_, seed) => ({ whose, seed })),
);

test.each(cases)(
  'the clock of the $whose jumps ($seed): both train their sweeps to the end, one after the other',
  async ({ whose, seed }) => {
    const folder = join(temporaryFolder(), `${seed}`);
    mkdirSync(folder);
    const db = join(folder, 'study.db');
    const jumps = jumpingClock(folder, seed);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('NODE_OPTIONS', whose === 'holder' ? jumps : '');
    const holder = start(runArgs(writeStudy(folder, study)), { db });
    await holder.until('it took the database', () => isTaken(db));
    vi.stubEnv('NODE_OPTIONS', whose === 'waiter' ? jumps : '');
    const waiter = start(runArgs(writeStudy(folder, next)), { db });
    await waiter.says('trains on this database');
    const [first, second] = await Promise.all([holder.ended, waiter.ended]);
    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0]);
    expect(ask(db, 'SELECT group_concat(state || coalesce(error, \'\')) FROM "Sweep"')).toBe('complete,complete');
    expect(await snapshot(db, 'study')).toEqual((await undisturbed(study)).results);
    expect(atTheEnd(await snapshot(db, 'next'))).toEqual(atTheEnd((await undisturbed(next)).results));
  },
);

/** Without the states on the way: a run that the other sweep trained has one where that sweep forks. */
function atTheEnd(results: Awaited<ReturnType<typeof snapshot>>): object {
  return Object.fromEntries(
    Object.entries(results).map(([name, run]) => [name, { ...run, checkpoints: run.checkpoints[BATCHES] }]),
  );
}
