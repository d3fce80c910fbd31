import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.js';

/**
 * `npm pack` packs the package.json that lies in the folder. So for as long as it packs, what an installation must not
 * read is taken out of it; the checkout's own waits beside it.
 */
const OWN = join(root, 'package.json');
const KEPT = join(root, '.package.json.checkout');

export function writePackedManifest() {
  restoreManifest();
  const text = readFileSync(OWN, 'utf8');
  const unfinished = `${OWN}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(toPacked(JSON.parse(text)), null, 2)}\n`);
  writeFileSync(KEPT, text);
  renameSync(unfinished, OWN);
}

/** Does nothing where it is the checkout's own already. @returns whether something was put back */
export function restoreManifest() {
  if (!existsSync(KEPT)) return false;
  renameSync(KEPT, OWN);
  return true;
}

/**
 * Without scripts and what is only for making it. `allowScripts` counts in a root project alone, and an installation
 * would fetch optional dependencies and run their scripts: they become peers that nobody misses, which npm takes as
 * they are if they are there. `engine install` reads there which version to fetch.
 */
function toPacked({ scripts, allowScripts, devDependencies, optionalDependencies, peerDependencies, ...rest }) {
  const peers = { ...peerDependencies, ...optionalDependencies };
  const optional = Object.keys(peers).map((name) => [name, { optional: true }]);
  return { ...rest, peerDependencies: peers, peerDependenciesMeta: Object.fromEntries(optional) };
}
