import type { Machine } from '../store/training/run-state.ts';

/**
 * How the machine that a sweep goes on with differs from the one that it was trained on until now, in words. Whether it
 * rounds differently is another question, which signatures answer: it may do so on the same device (all CPUs are one
 * here), and need not do so on another one.
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
        'it goes on only with what has the bits that are computed now';
}
