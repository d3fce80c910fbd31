import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A checkout with nothing in it but these files of ours. */
function checkout(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-bin-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of ['package.json', ...files]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(root, file), join(folder, file));
  }
  return folder;
}

function node(
  script: string,
  args: string[] = [],
  env: Record<string, string> = {},
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { ...process.env, ...env },
  });
}

test('cosweep that is not built says so', () => {
  const folder = checkout('bin/cosweep.js');
  const { status, stdout, stderr } = node(join(folder, 'bin/cosweep.js'), ['list']);
  expect([status, stdout, stderr]).toEqual([
    2,
    '',
    `Cannot start cosweep: it is not built yet; run \`npm run build\` in ${folder}\n`,
  ]);
});

test('cosweep hands its arguments to the built program', () => {
  const folder = checkout('bin/cosweep.js');
  mkdirSync(join(folder, 'dist/server/cli'), { recursive: true });
  writeFileSync(
    join(folder, 'dist/server/cli/main.js'),
    'export const main = async (args) => console.log(JSON.stringify(args));',
  );
  expect(node(join(folder, 'bin/cosweep.js'), ['runs', 'a b', '--json'])).toMatchObject({
    status: 0,
    stdout: '["runs","a b","--json"]\n',
  });
});

test('cosweep can be started as it is: the launcher is executable', () => {
  accessSync(join(root, 'bin/cosweep.js'), constants.X_OK);
});

test('the database client is generated without any network', () => {
  const folder = checkout('bin/generate.js');
  cpSync(join(root, 'prisma'), join(folder, 'prisma'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    HOME: folder,
    http_proxy: nowhere,
    https_proxy: nowhere,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    PRISMA_ENGINES_MIRROR: nowhere,
  };
  expect(node(join(folder, 'bin/generate.js'), [], env)).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(join(folder, 'server/store/generated/client.ts'))).toBe(true);
}, 60_000);

test('a build without packages says what to do', () => {
  const folder = checkout(
    'bin/build.js',
    'bin/build/bundle.js',
    'bin/build/compress.js',
    'bin/build/licences.js',
    'bin/generate.js',
    'bin/setup/root.js',
  );
  const { status, stderr } = node(join(folder, 'bin/build.js'));
  expect(status).toBe(1);
  expect(stderr).toContain(
    'The build failed. Cannot generate the database client: the package "prisma" is not installed; run `npm ci` first',
  );
});
