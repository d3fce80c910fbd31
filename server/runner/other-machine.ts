import type { Machine } from '../store/training/run-state.ts';

/**
 * What a sweep goes on with that is not what it was trained with until now. Another device or another version of a
 * library rounds differently (all CPUs are one device here): a run's numbers stay right, but a pair of two machines
 * differs by that too, and its bits cannot be had again.
 *
 * @param before what its runs were trained on
 * @returns null where all of it is the same
 */
export function otherMachine(before: Machine[], now: Machine): string | null {
  const changes = before.flatMap(({ device, versions }) => [
    ...(device === now.device ? [] : [`on ${device}, now on ${now.device}`]),
    ...Object.entries(versions)
      .filter(([name, version]) => (now.versions[name] ?? version) !== version)
      .map(([name, version]) => `with ${name} ${version}, now with ${now.versions[name]}`),
  ]);
  return changes.length === 0
    ? null
    : `was trained ${[...new Set(changes)].join('; ')}: they round differently, so pairs mix both; --fresh trains everything anew`;
}
