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
import { copyBuildFiles, downloadLibrary } from './library-download.ts';
import { takeLibrary } from './library-folder.ts';
import { downloadWheels, unpackWheels } from './library-wheel.ts';
import { linkBuild } from './link.ts';
import { ADDON_API, fetchTfjsNode } from './package.ts';
import { slowerThanWheels } from './slower-than-wheels.ts';

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
 * The library comes from `from`, else from TensorFlow's newest Python wheel by pip, else from tfjs-node's own download,
 * which is of 2022. A build of that is replaced as soon as the wheel can be had.
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
  const build = found ? await newerThan(found, request) : await makeBuild(request, takeAsAsked);
  preferBuild(build);
  linkBuild(build, tfjsNode);
  if (build.variant === 'cuda' && !(await findsGpu(build.folder))) {
    const { reason, remedy } = whyNoGpu(build.folder);
    log(`the build for CUDA finds no GPU, and would train on the CPU: ${reason}. ${remedy}`);
  }
  log(`tensorflow is ready: libtensorflow ${build.libtensorflow} (${build.variant}), tfjs-node ${build.tfjsNode}`);
  const slow = slowerThanWheels(build.libtensorflow);
  if (slow) log(slow);
  return build;
}

/** The build that is there, or a faster one in its place where that can be had. */
async function newerThan(found: Build, request: Request): Promise<Build> {
  if (request.from !== null || slowerThanWheels(found.libtensorflow) === null) return found;
  try {
    return await makeBuild(request, takeWheel);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    request.log(`a newer library cannot be had: ${error.message}`);
    return found;
  }
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

/** Puts library and addon into a folder. @returns where the library came from, in words */
type Take = (request: Request, folder: string) => Promise<string>;

async function makeBuild(request: Request, take: Take): Promise<Build> {
  const folder = startBuild();
  try {
    const source = await take(request, folder);
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

function takeAsAsked(request: Request, folder: string): Promise<string> {
  return request.from === null ? takeFirstThatWorks(request, folder) : takeNamed(request, request.from, folder);
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

/**
 * The wheel first, whose library is about twice as fast. tfjs-node's own download needs no pip and no compiler. It is
 * not tried for CUDA: its build is for CUDA 11.2, which no card since 2022 works with.
 */
async function takeFirstThatWorks(request: Request, folder: string): Promise<string> {
  const { tfjsNode, variant, log } = request;
  if (variant === 'cuda') return takeWheel(request, folder);
  let noWheel = "TensorFlow's wheels hold a library for Linux only";
  try {
    if (process.platform === 'linux') return await takeWheel(request, folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    noWheel = error.message;
    log(`the newest libtensorflow cannot be had: ${noWheel}`);
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  log("trying tfjs-node's own download of libtensorflow 2.9");
  const failure = await downloadLibrary(tfjsNode, folder, false, log);
  if (!failure) return "tfjs-node's own download";
  throw new UserError(
    `Cannot install the tensorflow engine. By pip: ${noWheel}\n` +
      `By tfjs-node's own download: ${failure}\n` +
      'Wanted: a network that reaches a package index or storage.googleapis.com, ' +
      'or --from with a wheel or an unpacked libtensorflow. The wasm engine works everywhere.',
  );
}

/**
 * The newest library that is known to fit, by pip, from whatever index the user's pip asks. Pip keeps what it has
 * fetched.
 */
async function takeWheel({ tfjsNode, variant, log }: Request, folder: string): Promise<string> {
  if (process.platform !== 'linux')
    throw new UserError("Cannot take libtensorflow from TensorFlow's Python wheel: that works on Linux only");
  requireBuildTools();
  log("fetching TensorFlow's Python wheel by pip (some hundred MB)");
  const wheels = await downloadWheels(join(folder, 'wheels'), variant === 'cuda', log);
  await unpackWheels(wheels, folder);
  await build(tfjsNode, folder, log);
  await tryAddon(folder); // where it does not load here, there may be another that does
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
