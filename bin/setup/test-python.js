import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './root.js';
import { run, works } from './run.js';

const REQUIREMENTS = join(root, 'test', 'python', 'requirements.txt');
/** A list of packages in full, so that nothing is added to it. */
const MLFLOW = join(root, 'test', 'python', 'mlflow.txt');

const HAS_TORCH = [
  'import ensurepip, numpy, sys, torch',
  'assert sys.version_info >= (3, 10)',
  'assert [int(part) for part in torch.__version__.split(".")[:2]] >= [1, 13]',
].join('\n');

/**
 * The interpreter of the Python tests, in a virtual environment that all checkouts of a user have in common.
 *
 * @returns its path; null where it is not set up
 */
export function testPython() {
  const python = pythonIn(environmentFolder());
  return existsSync(python) ? python : null;
}

/** Whether this machine has a PyTorch that the tests can use, so that none has to be fetched. */
export function hasTorch() {
  return isReady() || pythonWithTorch() !== undefined;
}

/**
 * Makes the virtual environment, once: on the interpreter that can import PyTorch, else with PyTorch from the package
 * index.
 *
 * @returns whether it is there
 */
export function makeTestPython() {
  if (isReady()) return true;
  const folder = environmentFolder();
  mkdirSync(join(folder, '..'), { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    if (!fill(unfinished)) return false;
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } catch (error) {
    // Another checkout may have been first; both have the same.
    if (!isReady()) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return isReady();
}

function fill(folder) {
  const python = pythonWithTorch();
  console.error(
    `set-up: Python for the tests (${python ?? 'PyTorch from the package index, which may be gigabytes'}) …`,
  );
  const made =
    python === undefined
      ? run('python3', ['-m', 'venv', folder])
      : run(python, ['-m', 'venv', '--system-site-packages', folder]);
  if (!made) return false;
  const torch = python === undefined ? ['torch>=1.13', 'numpy'] : [];
  const install = (...what) => run(pythonIn(folder), ['-m', 'pip', 'install', '--quiet', ...what]);
  return install(...torch, '--requirement', REQUIREMENTS) && install('--no-deps', '--requirement', MLFLOW);
}

/** What it was made on may be gone since: Python gets new versions, and PyTorch may be removed. */
function isReady() {
  const others = 'import importlib.util, pandas, pyarrow, tensorboard\nassert importlib.util.find_spec("mlflow")';
  return works(pythonIn(environmentFolder()), ['-c', `${HAS_TORCH}\n${others}`]);
}

/** Not always the first on the PATH: Debian's PyTorch belongs to Debian's own python3. */
function pythonWithTorch() {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'python3'));
  return [...new Set([...onPath, '/usr/bin/python3'])].find((python) => works(python, ['-c', HAS_TORCH]));
}

/** In the cache folder as server/training/cache-folder.ts finds it, by the hash of what is in it. */
function environmentFolder() {
  const { COSWEEP_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = COSWEEP_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'cosweep');
  const hash = createHash('sha256');
  for (const file of [REQUIREMENTS, MLFLOW]) hash.update(readFileSync(file));
  return join(cache, 'python', hash.digest('hex').slice(0, 12));
}

function pythonIn(folder) {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}
