#!/usr/bin/env node
/** Starts the built program; stays the process itself, so that signals reach it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const program = join(root, 'dist', 'server', 'cli', 'main.js');

if (existsSync(program)) {
  const { main } = await import(pathToFileURL(program).href);
  await main(process.argv.slice(2));
} else {
  console.error(`Cannot start cosweep: it is not built yet; run \`npm run build\` in ${root}`);
  process.exit(2);
}
