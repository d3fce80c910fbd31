/** As `test/helpers/child-process.js`, for files that are built: calls the default export of one. */
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

const [file, ...args] = process.argv.slice(2) as [string, ...string[]];
const module = (await import(pathToFileURL(file.replace(/\.ts$/, '.js')).href)) as {
  default(...args: string[]): unknown;
};
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdout.write(`${JSON.stringify((await module.default(...args)) ?? null)}\n`);
process.exit(0);
