import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { restoreManifest } from '../pack/manifest.js';
import { nodeHeaders } from './node-headers.js';
import { npm } from './npm.js';
import { root } from './root.js';
import { works } from './run.js';

/**
 * Makes `node_modules` what package-lock.json says, and does nothing where it is that already.
 *
 * No install script runs but that of better-sqlite3: those of tfjs-node and Prisma only download what is not needed
 * here, and where downloads are blocked a failing script makes npm drop tfjs-node. npm 11 would heed `allowScripts` of
 * package.json; installing without scripts does the same in every npm.
 */
export function installPackages() {
  if (restoreManifest()) console.error('set-up: package.json put back, which an npm pack that was broken off had left');
  if (!isInstalled()) {
    console.error('set-up: packages (npm ci) …');
    if (!npm(['ci', '--ignore-scripts'])) {
      throw new Error(
        'Cannot install the packages: npm ci failed (see above). ' +
          'Wanted: a registry that npm can reach (npm config get registry shows which one it asks).',
      );
    }
  }
  // The addon is for one version of Node; after a change of Node it is there, but does not load.
  if (!sqliteLoads()) buildSqlite();
}

function isInstalled() {
  const [wanted, present] = ['package-lock.json', join('node_modules', '.package-lock.json')].map(lockedPackages);
  if (present === null) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function sqliteLoads() {
  return works(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"]);
}

function buildSqlite() {
  console.error('set-up: better-sqlite3 (a prebuilt addon, or compiled here) …');
  npm(['rebuild', '--ignore-scripts=false', 'better-sqlite3'], nodeHeaders());
  if (sqliteLoads()) return;
  throw new Error(
    'Cannot set up better-sqlite3: its prebuilt addon could not be fetched, and compiling it failed (see above). ' +
      'Wanted: a network that reaches github.com, ' +
      'or make, a C++ compiler and python3 (Debian and Ubuntu: apt-get install make g++ python3; ' +
      'macOS: xcode-select --install) together with the headers ' +
      'of this Node: those of its tar file, or npm_config_nodedir set to the folder that holds include/node.',
  );
}
