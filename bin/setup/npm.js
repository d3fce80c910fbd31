import { basename, delimiter, dirname } from 'node:path';
import { run } from './run.js';

/**
 * Runs npm: the one that started us, else the one on the PATH. @returns true when it ended with status 0
 *
 * It and what it starts run on this Node, also where the PATH has another one: addons are fetched and built for the
 * Node that asks for them.
 */
export function npm(args, environment) {
  const withThisNode = { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), ...environment };
  const { npm_execpath: started } = process.env;
  if (started && basename(started) === 'npm-cli.js') return run(process.execPath, [started, ...args], withThisNode);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, withThisNode);
}
