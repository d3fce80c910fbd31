/** `npm run faults [-- WORDS]`: tries every fault of docs/reliability.md again and prints what the program now does. */
import { join } from 'node:path';
import { root } from './setup/root.js';
import { runVitest } from './setup/vitest.js';

const reporter = join(root, 'test', 'helpers', 'faults-reporter.ts');
const words = process.argv.slice(2).join(' ');
const named = words === '' ? [] : ['--testNamePattern', words];
process.exit(runVitest(['--reporter', reporter, ...named, join('test', 'faults')]));
