/**
 * Runs a TypeScript file in a process of its own: `node test/helpers/child-process.js FILE ARGUMENT…` calls its default
 * export with the arguments and prints the result as JSON. Before the call, a line `ready` tells that everything is
 * loaded; the call waits for a line on stdin, so that several children can start at the same moment.
 */
import { once } from 'node:events';
import { createServer } from 'vite';

const [file, ...args] = process.argv.slice(2);
// The loader stays open, because it also reads the modules that are imported only when they are needed.
const loader = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const module = await loader.ssrLoadModule(file);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const result = await module.default(...args);
process.stdout.write(`${JSON.stringify(result ?? null)}\n`);
process.exit(0);
