import { cpSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../setup/root.js';
import { bundle } from './bundle.js';

const SUITE = 'test/training/conformance';
const RUNNER = 'bench/gpu/conformance';

/**
 * Makes the conformance suite of the engines, and what runs it where there is no Vitest, in `dist/bench/suite`. All of
 * it lies there as it lies in the checkout: the suite finds its fixtures by their place.
 */
export async function buildConformance() {
  const tests = readdirSync(join(root, SUITE)).filter((file) => file.endsWith('.test.ts'));
  await bundle({
    from: '.',
    to: join('dist', 'bench', 'suite'),
    entries: [
      ...tests.map((file) => `${SUITE}/${file.slice(0, -'.ts'.length)}`),
      `${SUITE}/trainee`,
      `${RUNNER}/run-file`,
      `${RUNNER}/child-process`,
    ],
    alias: {
      vitest: join(root, RUNNER, 'vitest.ts'),
      // The suite compares with the backend in pure JavaScript, which the union package brings along.
      '@tensorflow/tfjs': createRequire(import.meta.url).resolve('@tensorflow/tfjs/dist/index.js'),
    },
  });
  for (const fixture of ['loss-cases.json', 'mnist-cut'])
    cpSync(join(root, 'test', 'fixtures', fixture), join(root, 'dist', 'bench', 'suite', 'test', 'fixtures', fixture), {
      recursive: true,
    });
}
