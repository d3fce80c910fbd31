/**
 * `npm run check`: what can be said of a change in less than a minute, with nothing set up but `npm ci`. Format, types,
 * promises that nobody waits for, arrows between rooms, and the tests of pure code. All of it runs, and all that is
 * wrong is said.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from './generate.js';
import { CODE_CHECKS, failedOf } from './setup/checks.js';
import { root } from './setup/root.js';
import { VITEST, vitestArgs } from './setup/vitest.js';

/** Tests that start no process, open no engine and need no build. */
const PURE_TESTS = [
  'test/arrows.test.ts',
  'test/docs.test.ts',
  'test/lines.test.ts',
  'test/sweep',
  'test/report',
  'test/tensorboard',
  'test/wandb',
  'test/web',
];
const NOT_PURE = ['test/web/browser/**', 'test/report/latex-compiles.test.ts'];

const PURE_TEST_CHECK = [
  'pure tests',
  VITEST,
  vitestArgs([...NOT_PURE.flatMap((pattern) => ['--exclude', pattern]), ...PURE_TESTS]),
];

if (!existsSync(join(root, 'node_modules'))) {
  console.error('Cannot check: the packages are not installed; run `npm ci` first');
  process.exit(2);
}
// The types of the database are generated from its schema.
const [client, schema] = [join('server', 'store', 'generated', 'client.ts'), join('prisma', 'schema.prisma')].map(
  (file) => statSync(join(root, file), { throwIfNoEntry: false }),
);
if (client === undefined || client.mtimeMs < schema.mtimeMs) generate();

const failed = failedOf([...CODE_CHECKS, PURE_TEST_CHECK]);
console.error(failed.length === 0 ? '\nAll checks pass.' : `\nNot in order: ${failed.join(', ')} (see above).`);
process.exit(failed.length === 0 ? 0 : 1);
