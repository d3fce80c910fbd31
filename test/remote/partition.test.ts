import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { start } from '../helpers/cosweep.ts';
import { canMakeNetworks, otherNetwork } from '../helpers/network.ts';
import { ask, snapshot } from '../runner/snapshot.ts';
import { temporaryFolder, type Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { several } from './several.ts';

/** In seconds. */
const LOCK = 2;

const study: Study = { beta: [0.3, 0.4], N: [0, 15, 30, 45, 60, 75, 90, 105], seeds: 2, small: true };

test.skipIf(!canMakeNetworks)(
  'a worker in another network, whose cable is pulled twice: the sweep goes on without it, and again with it',
  async () => {
    vi.stubEnv('COSWEEP_LOCK', String(LOCK));
    const expected = (await undisturbed(study)).results;
    const network = otherNetwork();
    const all = several(study);
    const head = all.startHead('--listen', network.here);
    await head.says('cosweep worker --join');
    const there = start(['worker', '--join', all.join, '--engine', 'wasm', '--slots', '1'], {
      cwd: temporaryFolder(),
      within: network.within,
    });
    await head.until('the worker trains', () => trainedIn(all.db) > 0);
    network.cut();
    await head.says('is gone: nothing was heard of it');
    // Nobody else is there: what is trained from here on is trained by this one.
    const here = all.startWorker();
    const before = trainedIn(all.db);
    await head.until('another worker trains', () => trainedIn(all.db) > before);
    network.mend();
    await head.until('it is back', () => head.stderr().split(' has come ').length === 4);
    network.cut();
    await sleep(LOCK * 1_000); // not long enough to be lost
    network.mend();
    const { code, stderr } = await head.ended;
    expect(code, stderr).toBe(0);
    expect((await here.ended).code).toBe(0);
    expect((await there.ended).code).toBe(0);
    expect(await snapshot(all.db)).toEqual(expected);
    expect(ask(all.db, 'PRAGMA integrity_check')).toBe('ok');
  },
);

function trainedIn(db: string): number {
  return ask<number>(db, 'SELECT count(*) FROM "Stage" WHERE batch > fromBatch');
}
