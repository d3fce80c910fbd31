/**
 * Runs a TypeScript file in a process of its own: `node test/helpers/child-process.js FILE ARGUMENT…` calls its default export with the
 * arguments. What it returns is printed as JSON; a line `ready` before tells that everything is loaded, and the call waits
 * for a line on stdin, so that several children can start at the same moment.
 */
import { once } from 'node:events';
import { runnerImport } from 'vite';

const [file, ...args] = process.argv.slice(2);
const { module } = await runnerImport(file, { configFile: false, logLevel: 'error' });
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const result = await module.default(...args);
process.stdout.write(`${JSON.stringify(result ?? null)}\n`);
process.exit(0);
