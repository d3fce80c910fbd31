/** `npm run soak [-- ARGUMENT…]`: the suites of test/suites at their full size; arguments go to Vitest. */
import { join } from 'node:path';
import { root } from './setup/root.js';
import { statusOf } from './setup/run.js';

process.env.COSWEEP_SOAK = '1';
const [vitest, config] = [join('node_modules', 'vitest', 'vitest.mjs'), join('test', 'vitest.config.ts')];
const args = process.argv.slice(2);
const what = args.some((arg) => !arg.startsWith('-')) ? args : [join('test', 'suites'), ...args];
// One at a time: suites measure memory and processor time.
process.exit(statusOf(process.execPath, [join(root, vitest), 'run', '--config', config, '--maxWorkers', '1', ...what]));
