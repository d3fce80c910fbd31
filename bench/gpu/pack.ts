import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findImages } from '../sharing/definition.ts';

const NAME = 'cosweep-gpu';

/** What of the checkout is needed; the dashboard is not. */
const PRODUCT = [
  'package.json',
  'LICENSE',
  'bin/cosweep.js',
  'dist/server',
  'dist/wasm',
  'dist/bench',
  'prisma/migrations',
  'bench/engines/torch_step.py',
];

/** Packages with native code, which the build leaves outside. */
const NATIVE = ['better-sqlite3', 'sharp', 'webgpu'];

/** What these packages need only while they are installed. */
const FOR_INSTALLING = new Set(['prebuild-install', '@webgpu/types']);

/** Parts of packages that are for compiling them, or for another platform. */
const LEFT_OUT = [
  /better-sqlite3\/(deps|src|binding\.gyp)/,
  /better-sqlite3\/build\/(?!Release$|Release\/better_sqlite3\.node$).+/,
  new RegExp(`webgpu/dist/(?!${process.platform}-${process.arch}).+`),
  /webgpu\/build/,
];

/** Starts the bench with what is in the archive. The machine's own Vulkan loader is taken where it has one. */
const RUN = `#!/bin/sh
here=$(cd "\${0%/*}" && pwd)
case "$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null)" in
  *libvulkan.so.1*) ;;
  *) LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; export LD_LIBRARY_PATH ;;
esac
exec "$here/node" "$here/dist/bench/gpu.js" --data "$here/data" "$@"
`;

/**
 * Makes one archive, for this platform, of all that a machine without network and without Node lacks: Node, stripped;
 * the built product; packages; data; the Vulkan loader. Needs tar, xz and, for a smaller Node, strip.
 *
 * @param data the folder of MNIST's test part; without it the tests' 400 images of it are in the archive alone
 */
export function packFor(project: string, file: string, data: string | undefined): void {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-pack-'));
  const root = join(folder, NAME);
  try {
    for (const path of PRODUCT) cpSync(join(project, path), join(root, path), { recursive: true });
    copyPackages(project, root);
    copyNode(join(root, 'node'));
    copyVulkanLoader(join(root, 'lib'));
    copyImages(data, join(root, 'data'));
    writeFileSync(join(root, 'run'), RUN);
    chmodSync(join(root, 'run'), 0o755);
    execFileSync('tar', ['-cJf', file, '-C', folder, NAME], { env: { XZ_OPT: '-6 -T0', ...process.env } });
  } finally {
    rmSync(folder, { recursive: true });
  }
  const megabytes = (statSync(file).size / 1e6).toFixed(1);
  console.log(`${file}: ${megabytes} MB. On the other machine: tar xf ${basename(file)} && ${NAME}/run`);
}

/** The packages and what they need, for this platform. */
function copyPackages(project: string, root: string): void {
  const waiting = [...NATIVE];
  const seen = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const from = join(project, 'node_modules', name);
    // Optional packages of other platforms are not installed.
    if (seen.has(name) || FOR_INSTALLING.has(name) || !existsSync(from)) continue;
    seen.add(name);
    cpSync(realpathSync(from), join(root, 'node_modules', name), {
      recursive: true,
      filter: (path) => !LEFT_OUT.some((pattern) => pattern.test(path)),
    });
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(from, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    waiting.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies));
  }
}

function copyNode(to: string): void {
  copyFileSync(process.execPath, to);
  try {
    execFileSync('strip', ['--strip-unneeded', to], { stdio: 'ignore' });
  } catch {
    console.error('strip is not here: Node is packed with its symbols, which makes the archive larger');
  }
  chmodSync(to, 0o755);
}

function copyVulkanLoader(to: string): void {
  const listed = execFileSync('sh', ['-c', 'ldconfig -p || /sbin/ldconfig -p'], { encoding: 'utf8' });
  const loader = /libvulkan\.so\.1 .*=> (.*)$/m.exec(listed)?.[1];
  if (loader === undefined) {
    console.error('There is no Vulkan loader here to pack (libvulkan1): the other machine needs its own');
    return;
  }
  mkdirSync(to, { recursive: true });
  copyFileSync(realpathSync(loader), join(to, 'libvulkan.so.1'));
}

function copyImages(data: string | undefined, to: string): void {
  mkdirSync(to, { recursive: true });
  const found = findImages(data);
  if (found === null) {
    console.error("MNIST's test part was not found (--data): the sweep there trains on the tests' 400 images");
    return;
  }
  for (const file of [found.images, found.labels]) copyFileSync(file, join(to, basename(file)));
}
