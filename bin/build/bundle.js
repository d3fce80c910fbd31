import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../setup/root.js';

/**
 * Bundles programs for Node with what they import. A bundle holds only what is used of each package, in few files, so a
 * program starts sooner than from node_modules. Packages under `dependencies` stay outside, since they hold native
 * code, and those under `peerDependencies`, which only some users install.
 *
 * Every entry is a file at the place of its source; what several share, or what is loaded only when it is needed, is in
 * `chunks`.
 *
 * @param entries paths below `from`, without `.ts`
 * @param alias what imports of a package mean: its name → a file
 * @returns the files of packages that are in the bundle
 */
export async function bundle({ from, to, entries, alias = {} }) {
  const { rolldown } = await loadRolldown();
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries.map((entry) => [entry, join(root, from, `${entry}.ts`)])),
    platform: 'node',
    external: [...builtinModules, /^node:/, ...installedPackages()],
    resolve: {
      // The packages of TensorFlow.js have their parts one by one under `module` only.
      mainFields: ['module', 'main'],
      alias: { '@tensorflow/tfjs': gradients(), ...alias },
    },
    // Of CommonJS files, which have no `import.meta`.
    transform: { target: 'node20', define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    tsconfig: join(root, 'tsconfig.json'),
    logLevel: 'warn',
  });
  const { output } = await build.write({
    dir: join(root, to),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    comments: { legal: false }, // all licences are in one file, see licences.js
  });
  await build.close();
  return output.flatMap(({ moduleIds = [] }) => moduleIds.filter((id) => id.includes('node_modules')));
}

function installedPackages() {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...peerDependencies });
}

/** All that the union package is imported for; see server/training/gradients.ts. */
function gradients() {
  return createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/dist/register_all_gradients.js');
}

async function loadRolldown() {
  try {
    return await import('rolldown');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('The package "rolldown" is not installed; run `npm ci` first', { cause: error });
  }
}
