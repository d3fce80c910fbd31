import { availableParallelism } from 'node:os';
import type { ProgramSettings } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Card } from '../../training/engines/cards/card.ts';
import { chooseDevices, groupsOf } from '../programs/devices.ts';
import { processorModel } from '../programs/processor-model.ts';
import type { SweepOptions } from '../run-options.ts';
import type { ProgramPlace } from './messages.ts';
import { seatCount } from './worker-count.ts';

/** Where programs of one kind can be at work at the same time. */
export interface ProgramSeats {
  seats: number;
  /** @param seat counted from 0 */
  placeOf: (seat: number) => ProgramPlace;
  /** The devices of a seat; null where the program sees what there is. */
  cardOf: (seat: number) => string | null;
}

/**
 * Shares the devices and the cores of this machine among programs.
 *
 * @param tell gets which devices are left out, and why
 */
export async function findSeats(
  folders: Pick<ProgramPlace, 'copy' | 'folder' | 'stages'>,
  { gpus }: Pick<ProgramSettings, 'gpus'>,
  {
    device = null,
    workers,
    perDevice,
  }: Partial<Pick<SweepOptions, 'device' | 'perDevice'>> & Pick<SweepOptions, 'workers'>,
  tell: (message: string) => void = () => {},
): Promise<ProgramSeats> {
  const groups = await groupsFor(gpus, { device, perDevice, tell });
  const seats = seatCount(groups?.length ?? 1, { workers, perDevice });
  const threads = Math.max(1, Math.floor(availableParallelism() / seats));
  const cardOf = (seat: number): string | null =>
    groups && groups[seat % groups.length]!.map(({ label }) => label).join(', ');
  const placeOf = (seat: number): ProgramPlace => ({
    ...folders,
    devices: groups && groups[seat % groups.length]!.map(({ id }) => id),
    threads,
    device: cardOf(seat) ?? `its own choice (${processorModel()})`,
  });
  return { seats, placeOf, cardOf };
}

/**
 * What each program gets. One that asks for no devices sees what there is, or what `--device` chooses of it.
 *
 * @returns null where it sees what there is
 */
async function groupsFor(
  gpus: number,
  {
    device,
    perDevice,
    tell,
  }: { device: string | null; perDevice: number | undefined; tell: (message: string) => void },
): Promise<Card[][] | null> {
  if (gpus > 0) return groupsOf(await chooseDevices(device, tell), gpus);
  if (perDevice !== undefined)
    throw new UserError(
      `Cannot start ${perDevice} programs a device (--per-device): training.program.gpus is 0, so programs get none; ` +
        'wanted --workers, or gpus in the definition',
    );
  if (device === null) return null;
  const chosen = await chooseDevices(device);
  return groupsOf(chosen, chosen.length);
}
