/** `npm run bench NAME [ARGUMENT…]`: builds what is not built, then runs bench/NAME.ts. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildBench } from './build/bench.js';
import { buildProduct } from './setup/build-product.js';
import { root } from './setup/root.js';
import { statusOf } from './setup/run.js';

const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Cannot run bench ${name ?? '(no name)'}: there are ${names.join(', ')} (npm run bench NAME)`);
  process.exit(2);
}
const program = join(root, 'dist', 'bench', `${name}.js`);
if (!isBuilt()) {
  buildProduct();
  await buildBench();
}
process.exit(statusOf(process.execPath, ['--expose-gc', program, ...args]));

/** False where a source is newer than the built program. */
function isBuilt() {
  const built = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return ['bench', 'server'].every((folder) => newest(join(root, folder)) < built);
}

function newest(folder) {
  const times = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => statSync(join(folder, file)).mtimeMs);
  return Math.max(0, ...times);
}
