import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../../../sweep/user-error.ts';
import { command, findProgram, lastLines } from './command.ts';
import { moduleEnvironment } from './library-download.ts';
import { ADDON_API } from './package.ts';

/** Throws where a tool that builds the addon is missing, before anything large is downloaded. */
export function requireBuildTools(): void {
  const missing = [
    ...(findProgram('make') ? [] : ['make']),
    ...(findProgram(process.env.CXX ?? 'g++', 'g++', 'clang++', 'c++') ? [] : ['a C++ compiler (g++ or clang++)']),
    ...(findProgram('python3', 'python') ? [] : ['python3']),
  ];
  if (missing.length === 0) return;
  throw new UserError(
    `Cannot build the addon of tfjs-node: the PATH has no ${missing.join(', no ')}. ` +
      'Install them (Debian and Ubuntu: apt-get install build-essential python3 python3-pip; ' +
      'macOS: xcode-select --install), or use --engine wasm.',
  );
}

/** Builds `lib/napi-v…/tfjs_binding.node` in a copy of the package whose `deps` hold library and headers. */
export async function buildAddon(tfjsNode: string, folder: string, log: (line: string) => void): Promise<void> {
  const nodePreGyp = createRequire(join(tfjsNode, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  const { code, output } = await command(process.execPath, [nodePreGyp, 'install', '--build-from-source'], {
    cwd: folder,
    environment: { ...moduleEnvironment(tfjsNode), ...nodeHeaders() },
    onLine: log,
  });
  if (code === 0 && existsSync(addonPath(folder))) return;
  const headers = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|network|getaddrinfo|nodejs\.org/.test(output)
    ? "\nNode's headers could not be downloaded. Install them (Debian and Ubuntu: apt-get install libnode-dev, " +
      'or the tar file of nodejs.org) and set npm_config_nodedir to the folder that holds include/node.'
    : '';
  throw new UserError(
    `Cannot build the addon of tfjs-node (node-gyp ended with status ${code}):\n${lastLines(output)}${headers}`,
  );
}

/**
 * Loads the addon in a process of its own, since a library that does not fit may crash it.
 *
 * @returns the version of libtensorflow
 */
export async function tryAddon(folder: string): Promise<string> {
  const load = 'const binding = require(process.argv[1]); console.log("TF_Version=" + binding.TF_Version)';
  const { code, output } = await command(process.execPath, ['-e', load, addonPath(folder)], {
    environment: { TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  const [, version] = /TF_Version=(\S+)/.exec(output) ?? [];
  if (code === 0 && version) return version;
  throw new UserError(
    `Cannot use this libtensorflow: the addon was built but does not load here (status ${code}):\n` +
      `${lastLines(output, 4)}\n` +
      'Wanted: a libtensorflow for this processor and this C library; another version may fit (--from).',
  );
}

/**
 * Whether TensorFlow opens a GPU here. It is asked in a process of its own, since a library that does not fit may crash
 * it.
 */
export async function findsGpu(folder: string): Promise<boolean> {
  const load = 'const binding = require(process.argv[1]); console.log("GPU=" + binding.isUsingGpuDevice())';
  const { code, output } = await command(process.execPath, ['-e', load, addonPath(folder)], {
    environment: { TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return code === 0 && output.includes('GPU=true');
}

export function addonPath(folder: string): string {
  return join(folder, 'lib', `napi-v${ADDON_API}`, 'tfjs_binding.node');
}

/** Node's own headers where they are installed beside it, so that node-gyp has nothing to download. */
function nodeHeaders(): NodeJS.ProcessEnv {
  const prefix = dirname(dirname(process.execPath));
  if (process.env.npm_config_nodedir || !existsSync(join(prefix, 'include', 'node', 'node_api.h'))) return {};
  return { npm_config_nodedir: prefix };
}
