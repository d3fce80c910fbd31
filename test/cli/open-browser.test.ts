import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openBrowser } from '../../server/cli/open-browser.ts';

/** A busy machine may need more than a second, the usual limit. */
const patient = { timeout: 60_000 };

const URL = 'http://127.0.0.1:7070/?token=secret';

let folder: string;
let given: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-open-'));
  given = join(folder, 'given');
  // What opens a browser here notes its arguments.
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s' "$*" > "${given}.part"; mv "${given}.part" "${given}"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test.each([
  ['beside the database', () => folder],
  ['in the temporary folder where that cannot be written', () => join(folder, 'missing')],
])('the token is in a file that this account alone can read, %s, and in no argument', async (_where, place) => {
  const forget = openBrowser(URL, place());
  await expect.poll(() => existsSync(given), patient).toBe(true);
  const file = readFileSync(given, 'utf8');
  expect(file).not.toContain('secret');
  expect([folder, tmpdir()]).toContain(dirname(file));
  expect(readFileSync(file, 'utf8')).toContain(`content="0; url=${URL}"`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  forget();
  expect(existsSync(file)).toBe(false);
});
