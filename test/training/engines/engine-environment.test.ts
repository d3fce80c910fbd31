import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { engineEnvironment } from '../../../server/training/engines/engine-environment.ts';

test('asks for huge pages, beside what else the user has set', () => {
  expect(engineEnvironment({ PATH: '/bin' })).toEqual({
    PATH: '/bin',
    GLIBC_TUNABLES: expect.stringMatching(/^glibc\.malloc\.hugetlb=1:/),
  });
  expect(engineEnvironment({ GLIBC_TUNABLES: 'glibc.rtld.nns=4' })['GLIBC_TUNABLES']).toMatch(
    /^glibc\.rtld\.nns=4:glibc\.malloc\.hugetlb=1:/,
  );
});

test('leaves allocation as the user wants it', () => {
  for (const own of [{ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' }, { MALLOC_ARENA_MAX: '2' }])
    expect(engineEnvironment(own)).toEqual(own);
});

test('a process that is started with it says nothing about it', () => {
  expect(
    execFileSync(process.execPath, ['-e', 'console.log("started")'], {
      env: engineEnvironment(),
      encoding: 'utf8',
      stdio: 'pipe',
    }),
  ).toBe('started\n');
});
