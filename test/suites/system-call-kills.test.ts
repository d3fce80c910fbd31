import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Stream } from '../../server/sweep/random.ts';
import { cosweep, untilNoneIsLeft, start } from '../helpers/cosweep.ts';
import { size } from '../helpers/size.ts';
import { ask, snapshot } from '../runner/snapshot.ts';
import { runArgs, temporaryFolder, writeStudy, type Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';

const KILLS = size(3, 60);

const study: Study = { N: [0, 60], seeds: 1, small: true };

const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

const place = mkdtempSync(join(tmpdir(), 'cosweep-kills-'));
const library = join(place, 'kill-at.so');

beforeAll(() => {
  if (!hasCompiler) return;
  const source = fileURLToPath(new URL('kill-at.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
});

afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(place, { recursive: true }));

/** @param at the number of the call before which the program is killed; 0: never */
function preload(at: number, counts = ''): void {
  vi.stubEnv('LD_PRELOAD', library);
  vi.stubEnv('KILL_IN', 'bin/cosweep.js');
  vi.stubEnv('KILL_AT', String(at));
  vi.stubEnv('KILL_COUNT', counts);
}

vi.setConfig({ testTimeout: size(300_000, 3_600_000) });

test.skipIf(!hasCompiler)(
  `killed before ${KILLS} of its calls of fsync, rename, truncate and unlink, migration included, a sweep continues to the same bits`,
  async () => {
    const folder = temporaryFolder();
    const file = writeStudy(folder, study);
    const expected = (await undisturbed(study)).results;
    const counts = join(folder, 'calls');
    preload(0, counts);
    expect((await cosweep(runArgs(file), { db: join(folder, 'counted.db') })).code).toBe(0);
    const calls = Number(readFileSync(counts, 'utf8'));
    expect(calls).toBeGreaterThan(10);
    const moments = new Stream(1, 'calls');
    for (let kill = 0; kill < KILLS; kill++) {
      // One of each part of the calls: the first ones make and migrate the database.
      const at = 1 + Math.floor(((kill + moments.uniform()) * calls) / KILLS);
      mkdirSync(join(folder, `${kill}`));
      const db = join(folder, `${kill}`, 'study.db');
      preload(at);
      const killed = start(runArgs(file), { db });
      const { code } = await killed.ended;
      await untilNoneIsLeft(killed);
      vi.unstubAllEnvs();
      const { code: ended, stderr } = await cosweep(runArgs(file), { db });
      expect([at, code === null || code === 0, ended], stderr).toEqual([at, true, 0]);
      expect(await snapshot(db), `killed before call ${at}`).toEqual(expected);
      expect(ask(db, 'PRAGMA integrity_check')).toBe('ok');
    }
  },
);
