import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

interface Locked {
  version: string;
  license?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
}

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');

test('the lock file knows every package by the hash of its contents', () => {
  expect(locked.length).toBeGreaterThan(100);
  const without = locked.filter(([, { integrity, link }]) => link === true || !/^sha512-/.test(integrity ?? ''));
  expect(without.map(([path]) => path)).toEqual([]);
});

/** Licences that a product under MIT may pass on; of LGPL and MPL as a library of its own, unchanged. */
const ALLOWED =
  /^\(?(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|LGPL-3\.0-or-later|MPL-2\.0|BlueOak-1\.0\.0|Unlicense|Bitstream-Vera)\b/;

test('the list of licences has every package that the product holds, and no licence that forbids it', () => {
  const bundled = [...read('dist/server/licences.txt').matchAll(/^(@?[\w./-]+) \d[\w.-]*, (.+)$/gm)].map(
    ([, name, licence]) => ({ name: name!, licence: licence! }),
  );
  expect(bundled.map(({ name }) => name)).toContain('express');
  const pages = read('docs/licences.md');
  const listed = new Map(
    [...pages.matchAll(/^\| `(.+?)` \| (.+?) \|/gm)].map(([, name, licence]) => [name!, licence!] as const),
  );
  const missing = bundled.filter(({ name, licence }) => listed.get(name) !== licence);
  expect(missing).toEqual([]);
  expect([...listed].filter(([, licence]) => !ALLOWED.test(licence))).toEqual([]);
});

/** Where the registry answers. It is a question to the outside: without an answer there is nothing to hold. */
test('npm knows of no critical weakness in what the product holds', () => {
  const args = ['audit', '--json', '--omit=dev', '--audit-level=critical'];
  const { stdout } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', timeout: 60_000 });
  const { metadata } = JSON.parse(stdout || '{}') as { metadata?: { vulnerabilities: { critical: number } } };
  console.log(metadata ? `npm audit: ${JSON.stringify(metadata.vulnerabilities)}` : 'npm audit: no answer');
  expect(metadata?.vulnerabilities.critical ?? 0).toBe(0);
}, 120_000);
