import { join } from 'node:path';
import { root } from './root.js';
import { run } from './run.js';

/** What can be said of the code without running it: its format, its types, and promises that nobody waits for. */
export const CODE_CHECKS = [
  ['format', 'prettier/bin/prettier.cjs', ['--check', '--cache', '--log-level', 'warn', '.']],
  ['types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']],
  ['lint', 'oxlint/bin/oxlint', ['--type-aware', '--tsconfig', 'tsconfig.json']],
];

/**
 * Makes all of these checks, also where one has failed, and says of each how it ended.
 *
 * @param checks name, program below node_modules, arguments
 * @returns the names of those that failed
 */
export function failedOf(checks) {
  return checks.filter(([name, program, args]) => !passes(name, program, args)).map(([name]) => name);
}

function passes(name, program, args) {
  const started = performance.now();
  const passed = run(process.execPath, [join(root, 'node_modules', program), ...args]);
  console.error(`${passed ? '✓' : '✗'} ${name}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return passed;
}
