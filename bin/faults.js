/** `npm run faults [-- WORDS]`: tries every fault of docs/reliability.md again and prints what the program now does. */
import { join } from 'node:path';
import { root } from './setup/root.js';
import { statusOf } from './setup/run.js';

const [vitest, config] = [join('node_modules', 'vitest', 'vitest.mjs'), join('test', 'vitest.config.ts')];
const reporter = join(root, 'test', 'helpers', 'faults-reporter.ts');
const words = process.argv.slice(2).flatMap((word) => ['--testNamePattern', word]);
const args = ['run', '--config', config, '--reporter', reporter, ...words, join('test', 'faults')];
process.exit(statusOf(process.execPath, [join(root, vitest), ...args]));
