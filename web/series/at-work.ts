import type { SweepItem } from '../../server/http/schemas/sweep.ts';

type Queued = Pick<SweepItem, 'id' | 'queuedAt'>;

/**
 * Says what a sweep waits for: one process per database trains, one sweep after the other.
 *
 * @param own the sweep that waits; null for a sweep that is not started yet
 * @returns null where nothing is before it
 */
export function atWorkWords(
  sweeps: readonly (Queued & Pick<SweepItem, 'name' | 'state' | 'probeSeeds'>)[],
  own: Queued | null,
): string | null {
  const running = sweeps
    .filter(({ id, state }) => state === 'running' && id !== own?.id)
    .map(({ id, name, probeSeeds }) => `${id} ${name} is being ${probeSeeds === null ? 'trained' : 'probed'}`);
  const waiting = sweeps.filter((sweep) => sweep.state === 'queued' && (own === null || isBefore(sweep, own))).length;
  if (running.length === 0 && waiting === 0) return null;
  const others = waiting === 0 ? [] : [`${waiting} ${waiting === 1 ? 'sweep is' : 'sweeps are'} queued`];
  const waits = own === null ? 'a sweep or a probe that is started now waits' : 'this sweep waits';
  return `${[...running, ...others].join(', ')}. One sweep trains at a time: ${waits}.`;
}

/**
 * In the order in which the process that trains takes the sweeps: a sweep that is continued has an early id and a late
 * place.
 */
function isBefore(sweep: Queued, own: Queued): boolean {
  if (sweep.queuedAt !== own.queuedAt) return sweep.queuedAt < own.queuedAt;
  return Number(sweep.id.slice(1)) < Number(own.id.slice(1));
}
