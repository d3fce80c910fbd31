import { availableParallelism } from 'node:os';
import type { ProgramSettings } from '../../sweep/settings.ts';
import { seatsOf, visibleDevices } from '../programs/devices.ts';
import type { SweepOptions } from '../run-options.ts';
import type { ProgramPlace } from './messages.ts';

/** Where programs of one kind can be at work at the same time. */
export interface ProgramSeats {
  seats: number;
  /** @param seat counted from 0 */
  placeOf: (seat: number) => ProgramPlace;
}

/** Shares the devices and the cores of this machine among programs. */
export async function findSeats(
  folders: Pick<ProgramPlace, 'copy' | 'folder' | 'stages'>,
  { gpus }: Pick<ProgramSettings, 'gpus'>,
  { workers, perGpu = 1 }: Pick<SweepOptions, 'workers' | 'perGpu'>,
): Promise<ProgramSeats> {
  // A program that asks for none sees what there is.
  const devices = gpus === 0 ? null : seatsOf(await visibleDevices(), gpus, perGpu);
  const seats = workers === 'auto' ? (devices?.length ?? 1) : workers;
  const threads = Math.max(1, Math.floor(availableParallelism() / seats));
  const placeOf = (seat: number): ProgramPlace => {
    const own = devices === null ? null : devices[seat % devices.length]!;
    return { ...folders, devices: own, threads, device: own === null ? 'its own choice' : own.join(', ') };
  };
  return { seats, placeOf };
}
