import { spawnSync } from 'node:child_process';
import { root } from './root.js';

/** Runs a program in the checkout, its output going where ours goes. @returns true when it ended with status 0 */
export function run(program, args, environment = {}) {
  return statusOf(program, args, environment) === 0;
}

/** Like `run`. @returns the status; 1 where the program could not be started or a signal ended it */
export function statusOf(program, args, environment = {}) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  if (error) console.error(`Cannot start ${program}: ${error.message}`);
  return status ?? 1;
}

/** Runs a program quietly, only to see whether it works. */
export function works(program, args) {
  return spawnSync(program, args, { cwd: root, stdio: 'ignore' }).status === 0;
}
