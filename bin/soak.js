/**
 * `npm run soak [-- ARGUMENT…]`: the suites of test/suites at their full size, and faults of several machines.
 * Arguments go to Vitest; `test/suites/soak` chooses one suite.
 */
import { join } from 'node:path';
import { runVitest } from './setup/vitest.js';

process.env.COSWEEP_SOAK = '1';
const args = process.argv.slice(2);
const what = args.some((arg) => /^test[/\\]/.test(arg))
  ? args
  : [join('test', 'suites'), join('test', 'remote', 'kills'), ...args];
// One at a time: suites measure memory and processor time.
process.exit(runVitest(['--maxWorkers', '1', ...what]));
