import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../../sweep/user-error.ts';
import { packageVersion } from '../packages.ts';
import { buildAddon, findsGpu, requireBuildTools, tryAddon } from './addon.ts';
import {
  finishBuild,
  finishedBuilds,
  preferBuild,
  startBuild,
  thisPlatform,
  type Build,
  type Variant,
} from './builds.ts';
import { whyNoGpu } from './cuda.ts';
import { isOlder } from './is-older.ts';
import { copyBuildFiles, downloadLibrary } from './library-download.ts';
import { takeLibrary } from './library-folder.ts';
import { downloadWheels, unpackWheels, VERSIONS } from './library-wheel.ts';
import { linkBuild } from './link.ts';
import { ADDON_API, fetchTfjsNode } from './package.ts';

export interface InstallOptions {
  /** A wheel, or a folder with wheels or with libtensorflow. */
  from?: string;
  /** The build for NVIDIA cards. */
  cuda?: boolean;
  /** Gets progress, line by line. */
  log: (line: string) => void;
}

/**
 * Sets up native TensorFlow: libtensorflow and the addon that tfjs-node reaches it by. Both are kept in the user's
 * cache and linked into tfjs-node: where that is in node_modules `npm ci` wipes it, and a link is all that is missing.
 *
 * The library comes from `from`, else from tfjs-node's own download, else from TensorFlow's Python wheel by pip.
 * Nothing that is half done is ever seen: a build is made in a folder of its own and renamed when it is finished.
 */
export async function installTensorflow({ from, cuda = false, log }: InstallOptions): Promise<Build> {
  requireKnownPlatform();
  const tfjsNode = await fetchTfjsNode(log);
  const request: Request = {
    tfjsNode,
    tfjsNodeVersion: packageVersion(tfjsNode),
    from: from ? resolve(from) : null,
    variant: cuda ? 'cuda' : 'cpu',
    log,
  };
  const found = findBuild(request);
  if (found) log(`libtensorflow ${found.libtensorflow} (${found.variant}) is already in ${found.folder}`);
  const build = found ?? (await makeBuild(request));
  preferBuild(build);
  linkBuild(build, tfjsNode);
  if (build.variant === 'cuda' && !(await findsGpu(build.folder))) {
    const { reason, remedy } = whyNoGpu(build.folder);
    log(`the build for CUDA finds no GPU, and would train on the CPU: ${reason}. ${remedy}`);
  }
  log(`tensorflow is ready: libtensorflow ${build.libtensorflow} (${build.variant}), tfjs-node ${build.tfjsNode}`);
  const slow = slowerThanWheels(build);
  if (slow) log(slow);
  return build;
}

/**
 * tfjs-node's own libtensorflow, 2.9, is of 2022: its max pooling takes ten times as long as it does in those of the
 * wheels. Other processors have no such wheel.
 */
export function slowerThanWheels({ libtensorflow }: Pick<Build, 'libtensorflow'>): string | null {
  if (!isOlder(libtensorflow, '2.10') || process.platform !== 'linux' || process.arch !== 'x64') return null;
  return (
    `libtensorflow ${libtensorflow} works, and takes about twice as long on networks with max pooling ` +
    "as the one in TensorFlow's Python wheel: " +
    `python3 -m pip download --no-deps --only-binary=:all: "tensorflow-cpu${VERSIONS}", ` +
    'then cosweep engine install tensorflow --from FILE.whl'
  );
}

interface Request {
  tfjsNode: string;
  tfjsNodeVersion: string;
  from: string | null;
  variant: Variant;
  log: (line: string) => void;
}

function requireKnownPlatform(): void {
  if (
    (process.platform === 'linux' || process.platform === 'darwin') &&
    (process.arch === 'x64' || process.arch === 'arm64')
  )
    return;
  throw new UserError(
    `Cannot install the tensorflow engine on ${thisPlatform}. ` +
      'Wanted: Linux or macOS on x64 or arm64 (on Windows: WSL). The wasm engine works everywhere: --engine wasm.',
  );
}

/** A finished build that answers the request. */
function findBuild({ tfjsNodeVersion, from, variant }: Request): Build | undefined {
  const builds = finishedBuilds(tfjsNodeVersion);
  return from
    ? builds.find((build) => build.source === describeSource(from))
    : builds.find((build) => build.variant === variant);
}

async function makeBuild(request: Request): Promise<Build> {
  const folder = startBuild();
  try {
    const source = request.from
      ? await takeNamed(request, request.from, folder)
      : await takeFirstThatWorks(request, folder);
    const libtensorflow = await tryAddon(folder);
    keepOnly(['deps', 'lib'], folder);
    rmSync(join(folder, 'deps', 'include'), { recursive: true, force: true });
    return finishBuild(folder, {
      tfjsNode: request.tfjsNodeVersion,
      libtensorflow,
      variant: request.variant,
      platform: thisPlatform,
      addonApi: ADDON_API,
      source,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function takeNamed({ tfjsNode, log }: Request, from: string, folder: string): Promise<string> {
  if (!existsSync(from)) throw new UserError(`Cannot install from ${from}: there is no such file or folder.`);
  requireBuildTools();
  log(`taking libtensorflow from ${from}`);
  if (statSync(from).isDirectory()) await takeLibrary(from, folder);
  else await unpackWheels([from], folder);
  await build(tfjsNode, folder, log);
  return describeSource(from);
}

async function takeFirstThatWorks({ tfjsNode, variant, log }: Request, folder: string): Promise<string> {
  // tfjs-node's own CUDA build is for CUDA 11.2, which no card since 2022 works with.
  if (variant === 'cpu') {
    log("trying tfjs-node's own download of libtensorflow");
    const failure = await downloadLibrary(tfjsNode, folder, false, log);
    if (!failure) return "tfjs-node's own download";
    log(`tfjs-node's own download did not work: ${failure}`);
    rmSync(join(folder, 'deps'), { recursive: true, force: true });
  }
  if (process.platform !== 'linux') {
    throw new UserError(
      "Cannot install the tensorflow engine: tfjs-node's own download did not work (see above), " +
        "and TensorFlow's wheels can replace it on Linux only. " +
        'Wanted: a network that reaches storage.googleapis.com, or --from with an unpacked libtensorflow. ' +
        'The wasm engine works everywhere.',
    );
  }
  requireBuildTools();
  log("fetching TensorFlow's Python wheel by pip (some hundred MB)");
  const wheels = await downloadWheels(join(folder, 'wheels'), variant === 'cuda', log);
  await unpackWheels(wheels, folder);
  await build(tfjsNode, folder, log);
  return `wheel ${basename(wheels[0]!)}`;
}

async function build(tfjsNode: string, folder: string, log: (line: string) => void): Promise<void> {
  log('building the addon of tfjs-node');
  copyBuildFiles(tfjsNode, folder);
  await buildAddon(tfjsNode, folder, log);
}

/** Sources, object files and wheels are of no use once the addon is built. */
function keepOnly(names: string[], folder: string): void {
  for (const name of readdirSync(folder))
    if (!names.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Changes when the file does, so that the same wheel is not unpacked twice. */
function describeSource(from: string): string {
  const size = existsSync(from) && statSync(from).isFile() ? `, ${statSync(from).size} bytes` : '';
  return `${from}${size}`;
}
