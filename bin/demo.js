/**
 * `npm run demo`: `cosweep demo` from a fresh clone on. It becomes that program itself, so that signals reach it; its
 * database is `demo.db` in the checkout.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProduct } from './setup/build-product.js';
import { installPackages } from './setup/install-packages.js';
import { root } from './setup/root.js';

try {
  installPackages();
  buildProduct();
} catch (error) {
  console.error(`\nThe demo stopped. ${error.message}`);
  process.exit(1);
}
process.chdir(root);
const { main } = await import(pathToFileURL(join(root, 'dist', 'server', 'cli', 'main.js')).href);
await main(['demo', ...process.argv.slice(2)]);
