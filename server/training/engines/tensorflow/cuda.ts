import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOlder } from './is-older.ts';

/** Where NVIDIA's driver shows itself on Linux. */
export interface DriverFiles {
  driver: string;
  devices: string;
}

const FILES: DriverFiles = { driver: '/proc/driver/nvidia', devices: '/dev' };

/**
 * The oldest driver for Linux that runs programs of a CUDA version, by NVIDIA's table of minor version compatibility.
 */
const OLDEST_DRIVER: Record<string, string> = { 11: '450.80.02', 12: '525.60.13', 13: '580' };

/**
 * Why a build for CUDA finds no GPU here, and what to do.
 *
 * @param build its folder, which holds CUDA's libraries
 */
export function whyNoGpu(build: string, { driver, devices }: DriverFiles = FILES): { reason: string; remedy: string } {
  const installed = driverVersion(driver);
  if (installed === null) {
    return {
      reason: 'no NVIDIA driver is loaded',
      remedy:
        'Install the driver of the card (nvidia-smi shows it then); ' +
        'in a container, start it with the GPU (docker run --gpus all).',
    };
  }
  const cuda = cudaVersion(build);
  const oldest = cuda === null ? undefined : OLDEST_DRIVER[cuda];
  if (oldest && isOlder(installed, oldest)) {
    return {
      reason: `the NVIDIA driver is ${installed}, and CUDA ${cuda} wants ${oldest} or newer`,
      remedy: 'Update the driver, or install the CPU build: cosweep engine install tensorflow',
    };
  }
  if (!existsSync(join(devices, 'nvidiactl'))) {
    return {
      reason: `the driver ${installed} is loaded, but ${devices} has no nvidiactl`,
      remedy: 'In a container, start it with the GPU (docker run --gpus all); elsewhere run nvidia-modprobe -u -c=0.',
    };
  }
  const { CUDA_VISIBLE_DEVICES: visible } = process.env;
  if (visible !== undefined && !/^\s*(\d|GPU-|MIG-)/.test(visible)) {
    return {
      reason: `CUDA_VISIBLE_DEVICES is ${JSON.stringify(visible)}, which hides every card`,
      remedy: 'Unset it, or set it to the number of a card.',
    };
  }
  return {
    reason: `the driver ${installed} is there, but TensorFlow opens none of its cards`,
    remedy:
      'TF_CPP_MIN_LOG_LEVEL=0 in the environment makes TensorFlow say which library or card it does not get on with.',
  };
}

/** The cards by name. */
export function cudaCards({ driver }: DriverFiles = FILES): string[] {
  return entries(join(driver, 'gpus')).flatMap(
    (card) => /^Model:\s*(.+?)\s*$/m.exec(read(join(driver, 'gpus', card, 'information')) ?? '')?.[1] ?? [],
  );
}

function driverVersion(driver: string): string | null {
  return /Kernel Module(?: for \S+)?\s+([\d.]+)/.exec(read(join(driver, 'version')) ?? '')?.[1] ?? null;
}

/** The major version of CUDA, by the name of its runtime. */
function cudaVersion(build: string): string | null {
  const libraries = entries(join(build, 'deps', 'nvidia')).flatMap((part) =>
    entries(join(build, 'deps', 'nvidia', part, 'lib')),
  );
  return libraries.flatMap((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1] ?? [])[0] ?? null;
}

function read(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
