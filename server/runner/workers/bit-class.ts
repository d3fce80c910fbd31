import { createHash } from 'node:crypto';
import type { Machine } from '../../store/training/run-state.ts';
import { kindOf, type BitClass } from '../../store/training/same-bits.ts';
import type { Arm } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { ownTraining } from '../../sweep/settings.ts';
import { signedStructure, type SignedStructure } from '../../training/signature.ts';
import type { Data } from '../identify.ts';
import { isProgramArm, structureOf } from '../programs/structure.ts';
import type { Subject } from '../programs/subject.ts';

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
  return { list: [...byKey.values()], classOf: classesBy([...byKey.keys()], (arm) => keyOfArm.get(arm)) };
}

/**
 * The structures of a sweep that a user's program trains, as far as anybody can know them. They are signed by training
 * it.
 *
 * @param subjects that sign, one for each structure
 */
export function programStructures(arms: readonly Arm[], subjects: readonly Subject[]): Structures {
  const keyOfArm = new Map(arms.map((arm) => [arm.index, isProgramArm(arm) ? structureOf(arm) : undefined]));
  const keys = subjects.map(({ arm }) => structureOf(arm));
  return { list: [], classOf: classesBy(keys, (arm) => keyOfArm.get(arm)) };
}

/** The class of workers of whom nothing is measured, so that machine and versions count. */
export function unmeasuredClass(engine: string, machine: Machine): BitClass {
  return classesBy([], () => undefined)(engine, machine, []);
}

function classesBy(keys: readonly string[], keyOf: (arm: number) => string | undefined): Structures['classOf'] {
  return (engine, machine, signatures) => {
    const byStructure = new Map(keys.map((key, i) => [key, signatures[i] ?? null]));
    return {
      ...machine,
      name: nameOf(engine, machine, byStructure),
      bitsOf: (arm) => byStructure.get(keyOf(arm) ?? '') ?? null,
    };
  };
}

/** Machines of unknown bits are one class where device and libraries are the same. */
function nameOf(engine: string, machine: Machine, byStructure: Map<string, string | null>): string {
  const pairs = [...byStructure].sort(([a], [b]) => (a < b ? -1 : 1));
  const isUnknown = pairs.length === 0 || pairs.some(([, signature]) => signature === null);
  const text = toCanonicalJson([engine, pairs, isUnknown ? kindOf(machine) : null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
