import { availableParallelism } from 'node:os';
import { UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../../training/engine.ts';
import { usesGpu } from '../../training/engines/uses-gpu.ts';
import type { SweepOptions } from '../run-options.ts';

/**
 * How many processes train: one per core, each with one thread; on GPUs `perDevice` for each, since they share it.
 *
 * @param cards that were chosen; 0 where the engine takes its device by itself
 * @throws {UserError} where `--per-device` is asked for and there is no device, or it contradicts `--workers`
 */
export function workerCount(
  { workers, perDevice }: Pick<SweepOptions, 'workers' | 'perDevice'>,
  engine: EngineName,
  cards: number,
): number {
  if (!usesGpu(engine)) {
    if (perDevice !== undefined)
      throw new UserError(
        `Cannot start ${perDevice} workers a device (--per-device): the engine ${engine} computes on processors, ` +
          'wanted --workers',
      );
    return workers === 'auto' ? availableParallelism() : workers;
  }
  return seatCount(Math.max(1, cards), { workers, perDevice });
}

/** How many may be at work at the same time on so many devices, or groups of them. */
export function seatCount(
  devices: number,
  { workers, perDevice }: Pick<SweepOptions, 'workers' | 'perDevice'>,
): number {
  if (workers === 'auto') return devices * (perDevice ?? 1);
  if (perDevice !== undefined && workers > devices * perDevice)
    throw new UserError(
      `Cannot start ${workers} workers (--workers): found places for ${devices * perDevice} ` +
        `(--per-device ${perDevice}), wanted no more, or one of the two options`,
    );
  return workers;
}
