/**
 * `npm test`: sets everything up, in a fresh clone too, and runs all tests; arguments go to Vitest (`npm test --
 * test/sweep`).
 *
 * What this machine cannot provide is said and its tests are skipped. With CI set in the environment, a skip is a
 * failure.
 */
import { join } from 'node:path';
import { buildProduct } from './setup/build-product.js';
import { CODE_CHECKS, failedOf } from './setup/checks.js';
import { installPackages } from './setup/install-packages.js';
import { root } from './setup/root.js';
import { run } from './setup/run.js';
import { provideSystemTools } from './setup/system-tools.js';
import { makeTestPython } from './setup/test-python.js';
import { runVitest } from './setup/vitest.js';

try {
  const missing = provideSystemTools();
  installPackages();
  buildProduct();
  if (!installNativeEngine())
    missing.push('native TensorFlow could not be installed (see above), for the tests of the tensorflow engine');
  if (!makeTestPython())
    missing.push('Python with PyTorch could not be set up (see above), for the tests of the Python files');
  sayMissing(missing);
  checkCode();
  process.exit(runVitest(process.argv.slice(2)));
} catch (error) {
  console.error(`\nnpm test stopped. ${error.message}`);
  process.exit(1);
}

/** From the user's cache where it is there already, so that this takes a second. */
function installNativeEngine() {
  console.error('set-up: native TensorFlow …');
  return run(process.execPath, [join(root, 'bin', 'cosweep.js'), 'engine', 'install', 'tensorflow']);
}

function sayMissing(missing) {
  if (missing.length === 0) return;
  const lines = missing.map((what) => `!!!   ${what}`).join('\n');
  if (process.env.CI) throw new Error(`CI is set, so that nothing may be skipped, but:\n${lines}`);
  console.error(`\n!!! Not everything can be tested here:\n${lines}\n`);
}

function checkCode() {
  const failed = failedOf(CODE_CHECKS);
  if (failed.length > 0)
    throw new Error(`Not in order: ${failed.join(', ')} (see above); \`npm run format\` mends the format.`);
}
