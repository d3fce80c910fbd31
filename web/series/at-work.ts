import type { SweepItem } from '../../server/http/api.ts';

/**
 * One process per database trains, one sweep after the other: what a sweep waits for.
 *
 * @param before the sweep, or null for one that is not started yet
 * @returns null where nothing is before it
 */
export function atWorkWords(sweeps: readonly Pick<SweepItem, 'id' | 'name' | 'state' | 'probeSeeds'>[], before: string | null): string | null {
  const own = before === null ? Infinity : Number(before.slice(1));
  const running = sweeps.filter(({ id, state }) => state === 'running' && id !== before).map(({ id, name, probeSeeds }) => `${id} ${name} is being ${probeSeeds === null ? 'trained' : 'probed'}`);
  const waiting = sweeps.filter(({ id, state }) => state === 'queued' && Number(id.slice(1)) < own).length;
  if (running.length === 0 && waiting === 0) return null;
  const others = waiting === 0 ? [] : [`${waiting} ${waiting === 1 ? 'sweep is' : 'sweeps are'} queued`];
  return `${[...running, ...others].join(', ')}. One sweep trains at a time: ${before === null ? 'what is started now, a probe too,' : 'this one'} waits for that.`;
}
