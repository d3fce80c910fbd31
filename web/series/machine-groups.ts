import type { MachineRow } from '../../server/http/schemas/machine.ts';

/** Machines that compute equal bits. */
export interface MachineGroup {
  /** Its name; null for machines whose bits are not measured yet. */
  bits: string | null;
  /** Each once. */
  devices: string[];
  /** Libraries and versions as words, each set of them once. */
  versions: string[];
  machines: MachineRow[];
}

/**
 * Those who are there by their class of bits, in the order in which the first of each came; the unmeasured at the end.
 */
export function machineGroups(machines: readonly MachineRow[]): MachineGroup[] {
  const there = machines.filter(({ state }) => state !== 'gone');
  const names = [...new Set(there.map(({ bits }) => bits))];
  return [...names.filter((bits) => bits !== null), ...names.filter((bits) => bits === null)].map((bits) => {
    const own = there.filter((machine) => machine.bits === bits);
    return {
      bits,
      devices: once(own.map(({ device }) => device)),
      versions: once(own.map(({ versions }) => versions && versionWords(versions))),
      machines: own,
    };
  });
}

function once(texts: (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))];
}

function versionWords(versions: Record<string, string>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
