import { createHash } from 'node:crypto';
import type { Machine } from '../../store/training/run-state.ts';
import type { BitClass } from '../../store/training/same-bits.ts';
import type { Arm } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { ownTraining } from '../../sweep/settings.ts';
import { signedStructure, type SignedStructure } from '../../training/signature.ts';
import type { Data } from '../identify.ts';

/** The structures of a sweep, each of which has a signature of its own. */
export interface Structures {
  /** In their canonical order, each once. */
  list: readonly SignedStructure[];
  /** The class of a machine with these signatures, in the order of the list; null: it could not be measured. */
  classOf(engine: string, machine: Machine, signatures: readonly (string | null)[]): BitClass;
}

/** Finds the structures of a sweep's arms: β, ε and N are no part of them. */
export function structuresOf(arms: readonly Arm[], { imagesOf }: Pick<Data, 'imagesOf'>): Structures {
  const byKey = new Map<string, SignedStructure>();
  const keyOfArm = new Map<number, string>();
  for (const arm of arms) {
    const training = ownTraining(arm.training);
    const structure = signedStructure({ ...arm, training }, imagesOf(training.dataset));
    const key = toCanonicalJson(structure);
    byKey.set(key, structure);
    keyOfArm.set(arm.index, key);
  }
  const keys = [...byKey.keys()];
  return {
    list: [...byKey.values()],
    classOf: (engine, machine, signatures) => {
      const byStructure = new Map(keys.map((key, i) => [key, signatures[i] ?? null]));
      return {
        ...machine,
        name: nameOf(engine, machine, byStructure),
        bitsOf: (arm) => byStructure.get(keyOfArm.get(arm) ?? '') ?? null,
      };
    },
  };
}

/** A user's program has one structure, as far as anybody can know: its workers sign it by training it. */
export const programStructures: Structures = {
  list: [],
  classOf: (engine, machine, [signature = null]) => ({
    ...machine,
    name: nameOf(engine, machine, new Map([['', signature]])),
    bitsOf: () => signature,
  }),
};

/** The class of a program's workers where nothing is measured, so that machine and versions count. */
export function unmeasuredClass(engine: string, machine: Machine): BitClass {
  return programStructures.classOf(engine, machine, []);
}

/** Machines of unknown bits are one class where device and libraries are the same. */
function nameOf(engine: string, { device, versions }: Machine, byStructure: Map<string, string | null>): string {
  const pairs = [...byStructure].sort(([a], [b]) => (a < b ? -1 : 1));
  const isUnknown = pairs.some(([, signature]) => signature === null);
  const text = toCanonicalJson([engine, pairs, isUnknown ? [device, versions] : null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
