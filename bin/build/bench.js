import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.js';
import { bundle } from './bundle.js';
import { buildConformance } from './conformance.js';

/**
 * Makes the measurements in `dist/bench`. They have what they measure of the server in them; what it starts is in
 * `dist/server`.
 */
export async function buildBench() {
  const entries = readdirSync(join(root, 'bench'), { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.startsWith(join('gpu', 'conformance')))
    .map((file) => file.slice(0, -'.ts'.length));
  const to = join('dist', 'bench');
  rmSync(join(root, to), { recursive: true, force: true });
  await bundle({ from: 'bench', to, entries });
  await buildConformance();
}
