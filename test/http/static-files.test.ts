import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bestOf, readStaticFiles } from '../../server/http/static-files.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-web-'));
  mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
  writeFileSync(
    join(folder, 'web', 'index.html'),
    '<!doctype html><html><HEAD lang="en"><script src="assets/a-1.js"></script></HEAD></html>',
  );
  writeFileSync(join(folder, 'web', 'assets', 'a-1.js'), 'export {};');
  writeFileSync(join(folder, 'web', 'assets', 'a-1.js.map'), '{}');
  writeFileSync(join(folder, 'secret.js'), 'outside');
  symlinkSync(join(folder, 'secret.js'), join(folder, 'web', 'link.js'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the page is at /, its relative addresses start at the base path', () => {
  const page = readStaticFiles(join(folder, 'web'), '/lab').get('/')!;
  expect(page.body.toString()).toContain('<HEAD lang="en"><base href="/lab/">');
  expect(page.type).toBe('text/html; charset=utf-8');
  expect(page.immutable).toBe(false);
});

test('only files of known types are served, links to elsewhere are not', () => {
  expect([...readStaticFiles(join(folder, 'web'), '').keys()].sort()).toEqual(['/', '/assets/a-1.js']);
});

test('a file named by its content may be kept; another content has another tag', () => {
  const before = readStaticFiles(join(folder, 'web'), '').get('/assets/a-1.js')!;
  expect(before.immutable).toBe(true);
  writeFileSync(join(folder, 'web', 'assets', 'a-1.js'), 'export { changed };');
  expect(readStaticFiles(join(folder, 'web'), '').get('/assets/a-1.js')!.etag).not.toBe(before.etag);
});

test('what the build compressed is sent to whoever takes it, the best first, each with a tag of its own', () => {
  const file = join(folder, 'web', 'assets', 'a-1.js');
  writeFileSync(`${file}.br`, 'brotli');
  writeFileSync(`${file}.gz`, 'gzip');
  const files = readStaticFiles(join(folder, 'web'), '');
  expect([...files.keys()].sort()).toEqual(['/', '/assets/a-1.js']);
  const sent = [['br', 'gzip'], ['gzip'], []].map((taken) =>
    bestOf(files.get('/assets/a-1.js')!, (encoding) => taken.includes(encoding)),
  );
  expect(sent.map(({ encoding, body }) => [encoding, body.toString()])).toEqual([
    ['br', 'brotli'],
    ['gzip', 'gzip'],
    [null, 'export { changed };'],
  ]);
  expect(new Set(sent.map(({ etag }) => etag)).size).toBe(3);
});

test("a dashboard that was not built is the user's to build", () => {
  expect(() => readStaticFiles(join(folder, 'nothing'), '')).toThrow(
    /no index\.html in .*nothing; build it with: npm run build/,
  );
});
