/**
 * `node bin/image.js STEP ARGUMENT…`: the steps of the Dockerfile, which run outside Docker as well.
 *
 *     tools             what compiles addons, installed by apt-get where it is missing
 *     program FOLDER    packs this checkout and installs the package in a folder
 *     engine FOLDER V   sets up native TensorFlow for the program installed there: cpu, cuda or none
 *     check FOLDER V    fails unless the engines work there
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeHeaders } from './setup/node-headers.js';
import { npm } from './setup/npm.js';
import { run } from './setup/run.js';
import { provideSystemTools } from './setup/system-tools.js';

const VARIANTS = ['cpu', 'cuda', 'none'];
const steps = { tools, program, engine, check };

const [name, folder, variant = 'cpu'] = process.argv.slice(2);
try {
  if (!Object.hasOwn(steps, name)) throw new Error(`There is no step "${name}": want ${Object.keys(steps).join(', ')}`);
  if (!VARIANTS.includes(variant)) throw new Error(`There is no "${variant}": want ${VARIANTS.join(', ')}`);
  steps[name](folder && resolve(folder), variant);
} catch (error) {
  console.error(`\nThe image cannot be made. ${error.message}`);
  process.exit(1);
}

function tools() {
  const missing = provideSystemTools(['compiling addons', 'fetching native TensorFlow']);
  if (missing.length > 0) throw new Error(missing.join('; '));
}

function program(folder) {
  const packed = mkdtempSync(join(tmpdir(), 'cosweep-packed-'));
  try {
    if (!npm(['pack', '--silent', '--pack-destination', packed])) throw new Error('npm pack failed (see above)');
    const [tarball] = readdirSync(packed);
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--omit=dev', '--no-save', join(packed, tarball)];
    if (!npm(args, nodeHeaders())) throw new Error('npm install of the package failed (see above)');
  } finally {
    rmSync(packed, { recursive: true, force: true });
  }
}

function engine(folder, variant) {
  if (variant === 'none') return;
  const options = variant === 'cuda' ? ['--cuda'] : [];
  if (!run(process.execPath, [programIn(folder), 'engine', 'install', 'tensorflow', ...options], nodeHeaders()))
    throw new Error('Native TensorFlow could not be set up (see above)');
}

function check(folder, variant) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programIn(folder), 'doctor', '--json'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cosweep doctor ended with status ${status}:\n${stderr}`);
  const { engines } = JSON.parse(stdout);
  const wanted = variant === 'none' ? ['wasm'] : ['wasm', 'tensorflow'];
  for (const { name, works, device, reason } of engines.filter(({ name }) => wanted.includes(name))) {
    if (!works) throw new Error(`The engine ${name} does not work: ${reason}`);
    console.log(`${name} works: ${device}`);
  }
}

function programIn(folder) {
  return join(folder, 'node_modules', 'cosweep', 'bin', 'cosweep.js');
}
