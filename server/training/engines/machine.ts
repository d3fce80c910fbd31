import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { arch, cpus, hostname, platform, release } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from '../built-program.ts';
import { packageFolder, packageVersion, type FetchedPackage } from './packages.ts';
import { ADDON_API, tfjsNodeFolder } from './tensorflow/package.ts';

/** What an engine is made of, beside Node, the machine and what is part of this program. */
const PACKAGES: FetchedPackage[] = ['@tensorflow/tfjs-node', 'webgpu'];

/** In the folder of tfjs-node: what `engine install` puts there. */
const LIBRARIES = [
  `lib/napi-v${ADDON_API}/tfjs_binding.node`,
  'deps/lib/libtensorflow.so',
  'deps/lib/libtensorflow.dylib',
];

/** Files and folders that are others after a new driver or another card. */
const DRIVERS = ['/proc/driver/nvidia/version', '/sys/module/amdgpu/version', '/sys/module/i915/version'];
const DEVICES = ['/dev/dri', '/proc/driver/nvidia/gpus', '/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** Variables by which a user chooses a device, a driver, a library, or the instructions that a library may use. */
const VARIABLES = [
  'ONEDNN_MAX_CPU_ISA',
  'DNNL_MAX_CPU_ISA',
  'ONEDNN_DEFAULT_FPMATH_MODE',
  'NVIDIA_TF32_OVERRIDE',
  'CUDA_VISIBLE_DEVICES',
  'LD_LIBRARY_PATH',
  'VK_ICD_FILENAMES',
  'VK_DRIVER_FILES',
  'VK_ADD_DRIVER_FILES',
  'DRI_PRIME',
];

/** The machine in one word, fit for a file's name. */
export function machineName(): string {
  return hostname().replace(/[^\w.-]/g, '_') || 'machine';
}

/** Differs wherever an engine might work differently than when it was looked at. Takes a millisecond. */
export function fingerprint(): string {
  const parts = {
    machine: [hostname(), platform(), arch(), release(), cpus().length, cpus()[0]?.model],
    // A virtual machine may move to another processor and keep its name and its model.
    instructions: instructions(),
    node: process.version,
    packages: PACKAGES.map(version),
    libraries: LIBRARIES.map((file) => trace(join(tfjsNodeFolder() ?? '', file))),
    // This program itself, TensorFlow.js included: what is built anew may do other things.
    program: trace(builtProgram('cli/main')),
    drivers: DRIVERS.map(content),
    devices: DEVICES.map(listing),
    variables: VARIABLES.map((name) => process.env[name]),
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** What the processor says that it can do, which decides the kernels that a library takes; null where nothing tells. */
function instructions(): string | null {
  return /^(?:flags|Features)\s*:.*$/m.exec(content('/proc/cpuinfo') ?? '')?.[0] ?? null;
}

function version(name: FetchedPackage): string | null {
  const folder = packageFolder(name);
  return folder === null ? null : packageVersion(folder);
}

function trace(file: string): [string, number, number] | null {
  if (!existsSync(file)) return null;
  const { size, mtimeMs } = statSync(file);
  return [realpathSync(file), size, mtimeMs];
}

function content(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function listing(folder: string): string[] | null {
  try {
    return readdirSync(folder).sort();
  } catch {
    return null;
  }
}
