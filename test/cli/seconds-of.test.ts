import { afterEach, expect, test, vi } from 'vitest';
import { lockTime, watchdogTime } from '../../server/cli/seconds-of.ts';

afterEach(() => void vi.unstubAllEnvs());

test('times of the environment are seconds, and are left as they are where they are not set', () => {
  for (const name of ['COSWEEP_LOCK', 'COSWEEP_WATCHDOG']) vi.stubEnv(name, '');
  expect([lockTime(), watchdogTime()]).toEqual([30_000, undefined]);
  for (const name of ['COSWEEP_LOCK', 'COSWEEP_WATCHDOG']) vi.stubEnv(name, '2.5');
  expect([lockTime(), watchdogTime()]).toEqual([2_500, 2_500]);
});

test.each(['0', '-1', 'NaN', 'ten', 'Infinity'])('%s is no time', (text) => {
  for (const name of ['COSWEEP_LOCK', 'COSWEEP_WATCHDOG']) vi.stubEnv(name, text);
  expect(lockTime).toThrow(`Cannot read COSWEEP_LOCK: found "${text}", wanted a number of seconds from 1 to 3600`);
  expect(watchdogTime).toThrow(`Cannot read COSWEEP_WATCHDOG: found "${text}", wanted a number of seconds above 0`);
});
