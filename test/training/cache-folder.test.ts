import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheFolder } from '../../server/training/cache-folder.ts';

let folder: string;
const said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-homeless-'));
  for (const name of ['HOME', 'COSWEEP_CACHE', 'XDG_CACHE_HOME']) vi.stubEnv(name, '');
  vi.stubEnv('TMPDIR', folder);
  vi.spyOn(os, 'homedir').mockImplementation(() => '');
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  said.length = 0;
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('without a home the cache is a folder of its own for temporary files, and that is said once', () => {
  const cache = cacheFolder();
  expect(cache).toBe(join(folder, `cosweep-cache-${process.getuid!()}`));
  expect(lstatSync(cache).mode & 0o777).toBe(0o700);
  expect(cacheFolder()).toBe(cache);
  expect(said).toEqual([`There is no home folder: the cache is ${cache} (COSWEEP_CACHE names another one)\n`]);
});

test('a folder of that name which others may write to is not taken', () => {
  const planted = join(folder, `cosweep-cache-${process.getuid!()}`);
  mkdirSync(planted);
  chmodSync(planted, 0o777);
  expect(cacheFolder()).not.toBe(planted);
  expect(cacheFolder()).toMatch(/cosweep-cache-\d+-\w{6}$/);
});
