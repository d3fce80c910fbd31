/** `npm pack` runs it before it packs: installs packages and builds, so that this also works in a fresh clone. */
import { buildProduct } from '../setup/build-product.js';
import { installPackages } from '../setup/install-packages.js';
import { writePackedManifest } from './manifest.js';

try {
  installPackages();
  buildProduct();
  writePackedManifest();
} catch (error) {
  console.error(`\nnpm pack stopped. ${error.message}`);
  process.exit(1);
}
