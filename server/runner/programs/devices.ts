import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OutsideError } from '../../sweep/user-error.ts';

/** In milliseconds: so long the driver may take to list its devices. */
const LISTS_WITHIN = 10_000;

/**
 * The devices that programs may use, as CUDA_VISIBLE_DEVICES names them: those that it names already, else all that
 * nvidia-smi lists.
 */
export async function visibleDevices(own: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const named = own['CUDA_VISIBLE_DEVICES'];
  if (named !== undefined)
    return named
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && name !== '-1');
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['-L'], { timeout: LISTS_WITHIN });
    return listedDevices(stdout);
  } catch {
    return [];
  }
}

/** A device that is cut into MIG instances is named by these. */
export function listedDevices(listed: string): string[] {
  const devices: string[] = [];
  for (const line of listed.split('\n')) {
    const [, gpu] = /^GPU \d+:.*\(UUID: (GPU-[\w-]+)\)/.exec(line) ?? [];
    const [, instance] = /^\s+MIG .*\(UUID: (MIG-[\w/-]+)\)/.exec(line) ?? [];
    if (gpu !== undefined) devices.push(gpu);
    if (instance === undefined) continue;
    if (devices.at(-1)?.startsWith('GPU-')) devices.pop();
    devices.push(instance);
  }
  return devices;
}

/**
 * The devices of each seat.
 *
 * @param gpus that one program gets
 * @param perGpu seats that share a device
 * @throws {OutsideError} where there are too few for one program
 */
export function seatsOf(devices: readonly string[], gpus: number, perGpu: number): string[][] {
  if (devices.length < gpus)
    throw new OutsideError(
      `Cannot start the program: found ${devices.length} GPUs, wanted the ${gpus} of training.program.gpus ` +
        '(CUDA_VISIBLE_DEVICES, or what nvidia-smi lists)',
    );
  const groups = Array.from({ length: Math.floor(devices.length / gpus) }, (_, i) =>
    devices.slice(i * gpus, (i + 1) * gpus),
  );
  return Array.from({ length: perGpu }, () => groups).flat();
}
