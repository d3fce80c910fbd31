import { basename } from 'node:path';
import { run } from './run.js';

/** Runs npm: the one that started us, else the one on the PATH. @returns true when it ended with status 0 */
export function npm(args, environment) {
  const { npm_execpath: started } = process.env;
  if (started && basename(started) === 'npm-cli.js') return run(process.execPath, [started, ...args], environment);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, environment);
}
