/** `npm run build`: makes everything that `cosweep` needs to run, in `dist`. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

try {
  step('database client', generate);
  step('server', () => {
    // What a deleted source left behind would still be found, so nothing is kept.
    for (const folder of ['server', 'bench']) rmSync(join(root, 'dist', folder), { recursive: true, force: true });
    run('typescript', 'bin/tsc', ['-p', join('server', 'tsconfig.json')]);
  });
  if (existsSync(join(root, 'web', 'vite.config.ts'))) {
    step('dashboard', () =>
      run('vite', 'bin/vite.js', ['build', '--config', join('web', 'vite.config.ts'), '--logLevel', 'warn']),
    );
  }
} catch (error) {
  console.error(`\nThe build failed. ${error.message}`);
  process.exit(1);
}

function step(name, work) {
  process.stderr.write(`build: ${name} … `);
  const start = performance.now();
  work();
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

function run(name, script, args) {
  let folder;
  try {
    folder = dirname(require.resolve(`${name}/package.json`));
  } catch {
    throw new Error(`The package "${name}" is not installed; run \`npm ci\` first`);
  }
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(folder, script), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} says:\n${stdout}${stderr}`);
}
