import { join } from 'node:path';
import { root } from './root.js';
import { run } from './run.js';

export function buildProduct() {
  if (!run(process.execPath, [join(root, 'bin', 'build.js')])) throw new Error('The build failed (see above).');
}
