import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { keepVerdict, readVerdicts } from '../../server/training/engines/verdicts.ts';
import { start } from '../helpers/cosweep.ts';
import { temporaryFolder, writeStudy } from './study.ts';
import { copyOfTrained } from './undisturbed.ts';

const study = { seeds: 1, N: [0], small: true };

afterEach(() => vi.unstubAllEnvs());

/**
 * An engine that was found to work on another day, and whose first worker from now on dies as a crashing library makes
 * it die.
 */
function rememberBroken(folder: string): void {
  vi.stubEnv('COSWEEP_CACHE', join(folder, 'cache'));
  keepVerdict({
    name: 'wasm',
    works: true,
    device: 'a test',
    versions: {},
    bits: null,
    stepMs: 1,
    reason: null,
    remedy: null,
  });
  const [crash, crashed] = [join(folder, 'crash.cjs'), join(folder, 'crashed')];
  writeFileSync(
    crash,
    `const fs = require('node:fs');
    if (/workers.worker\\.js$/.test(process.argv[1]) && !fs.existsSync(${JSON.stringify(crashed)})) {
      fs.writeFileSync(${JSON.stringify(crashed)}, '');
      process.kill(process.pid, 'SIGSEGV');
    }`,
  );
  vi.stubEnv('NODE_OPTIONS', `--require ${crash}`);
}

test('an engine that is known to work and does not open is tried anew, before the sweep begins', async () => {
  const folder = temporaryFolder();
  rememberBroken(folder);
  const { code, stderr } = await start(['run', writeStudy(folder, study), '--engine', 'wasm', '--workers', '1'], {
    db: join(folder, 'study.db'),
  }).ended;
  expect(stderr).toMatch(/engine wasm worked here before and does not open now \(Worker process \d+ ended .*SIGSEGV/);
  expect([code, existsSync(join(folder, 'crashed'))]).toEqual([0, true]);
  expect(readVerdicts().get('wasm')!.device).toMatch(/^CPU/);
});

test('nothing is opened where nothing is left to train', async () => {
  const folder = temporaryFolder();
  const { db, file } = await copyOfTrained(folder, study);
  rememberBroken(folder);
  expect((await start(['run', file, '--engine', 'wasm', '--workers', '1'], { db }).ended).code).toBe(0);
  expect(existsSync(join(folder, 'crashed'))).toBe(false);
});
