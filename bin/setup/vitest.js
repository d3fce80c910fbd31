import { join } from 'node:path';
import { root } from './root.js';
import { statusOf } from './run.js';

/** Vitest, as a program below node_modules, and its arguments for a run of these tests. */
export const VITEST = join('vitest', 'vitest.mjs');
export const vitestArgs = (args) => ['run', '--config', join('test', 'vitest.config.ts'), ...args];

/** Runs tests. @returns Vitest's status */
export function runVitest(args) {
  return statusOf(process.execPath, [join(root, 'node_modules', VITEST), ...vitestArgs(args)]);
}
