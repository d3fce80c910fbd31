/**
 * `npm run build`: makes everything that `cosweep` needs to run, in `dist`; `--server-only` leaves the dashboard as it
 * is.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { bundle } from './build/bundle.js';
import { compressFolder } from './build/compress.js';
import { licencesOf } from './build/licences.js';
import { generate } from './generate.js';
import { root } from './setup/root.js';

/** The program, and what it starts in processes of their own (server/training/built-program.ts). */
const PROGRAMS = [
  'cli/main',
  'cli/answering-process',
  'cli/loss-cases-process',
  'runner/usage/card-watch',
  'runner/workers/worker',
  'runner/workers/program-worker',
  'training/engines/probe-process',
  'training/engines/webgpu/adapters-process',
];

const dist = join(root, 'dist');
const require = createRequire(import.meta.url);

try {
  await step('database client', generate);
  await step('server', async () => {
    // What does not build leaves the program that there is.
    const unfinished = join(dist, 'server.unfinished');
    rmSync(unfinished, { recursive: true, force: true });
    const files = await bundle({ from: 'server', to: join('dist', 'server.unfinished'), entries: PROGRAMS });
    writeFileSync(join(unfinished, 'licences.txt'), licencesOf(files));
    // What a deleted source left behind would still be found, so nothing is kept.
    rmSync(join(dist, 'server'), { recursive: true, force: true });
    renameSync(unfinished, join(dist, 'server'));
    copyBinaries();
    copyFonts();
  });
  const isWhole = !process.argv.includes('--server-only');
  if (isWhole && existsSync(join(root, 'web', 'vite.config.ts'))) await step('dashboard', buildDashboard);
} catch (error) {
  console.error(`\nThe build failed. ${error.message}`);
  process.exit(1);
}

async function step(name, work) {
  process.stderr.write(`build: ${name} … `);
  const start = performance.now();
  await work();
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

/** Those of the WebAssembly backend that run in one thread: it does not take the third in Node. */
function copyBinaries() {
  const from = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
  const to = join(dist, 'wasm');
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    if (name.endsWith('.wasm') && !name.includes('threaded')) cpSync(join(from, name), join(to, name));
}

/** The typeface of figures that no browser draws, with its licence. */
function copyFonts() {
  const from = dirname(require.resolve('dejavu-fonts-ttf/package.json'));
  const to = join(dist, 'fonts');
  mkdirSync(to, { recursive: true });
  for (const name of ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf', 'LICENSE'])
    cpSync(join(from, name), join(to, basename(name)));
}

function buildDashboard() {
  let folder;
  try {
    folder = dirname(require.resolve('vite/package.json'));
  } catch {
    throw new Error('The package "vite" is not installed; run `npm ci` first');
  }
  const args = ['build', '--config', join('web', 'vite.config.ts'), '--logLevel', 'warn'];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(folder, 'bin/vite.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`vite says:\n${stdout}${stderr}`);
  compressFolder(join(dist, 'web', 'assets'));
}
