import type { Machine } from '../store/training/run-state.ts';

/**
 * How the machine that a sweep goes on with differs from the one that it was trained on until now. Another device or
 * another version of a library rounds differently (all CPUs are one device here). The numbers of a run stay right, but
 * a pair of runs from two machines differs by the rounding too, and its bits cannot be had again.
 *
 * @param before the machines that its runs were trained on
 * @returns null where they are the same
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
    : `was trained ${[...new Set(changes)].join('; ')}: ` +
        'they round differently, so pairs mix both; --fresh trains everything anew';
}
