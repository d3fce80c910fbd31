import { programSchema } from '../sweep/schema/program-schema.ts';
import { type Findings, isObject } from './findings.ts';
import type { Parameter } from './parameters.ts';
import { plain, shown } from './values.ts';

/** Keys of `cosweep` by their places in a definition. */
export const OF_SWEEP = ['seeds', 'control', 'exclude', 'smallestEffect', 'samplerSeed'];
export const OF_TRAINING = ['batches', 'epochs', 'batchesPerEpoch', 'evalEvery'];
export const OF_PROGRAM = Object.keys(programSchema.shape).filter((key) => key !== 'command');

/** What W&B's sweeps have no words for stands under `cosweep`. */
export function readOwn(written: unknown, findings: Findings): Record<string, unknown> {
  if (written === undefined) return {};
  if (!isObject(written)) {
    findings.add(['cosweep'], `found ${shown(written)}, wanted an object such as {epochs: 10, seeds: 6}`);
    return {};
  }
  findings.addUnknown(['cosweep'], written, [...OF_SWEEP, ...OF_TRAINING, ...OF_PROGRAM]);
  return plain(written) as Record<string, unknown>;
}

/** Those of the keys that are there. */
export function pick(own: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => key in own).map((key) => [key, own[key]]));
}

/** From each value of W&B's to the one that the command takes, by parameter. */
export type ValuePairs = ReadonlyMap<string, readonly (readonly [unknown, unknown])[]>;

export function pairValues(written: readonly Parameter[], taken: readonly Parameter[]): ValuePairs {
  const before = new Map(written.map(({ name, values }) => [name, values ?? []]));
  return new Map(
    taken.map(({ name, values }) => [name, (values ?? []).map((value, i) => [before.get(name)![i], value])]),
  );
}

/** `control` and `exclude` name parameters as W&B does, and their values too. */
export function assignmentsOf({ control, exclude }: Record<string, unknown>, pairs: ValuePairs): object {
  const convert = (assignment: unknown): unknown => {
    if (!isObject(assignment)) return assignment;
    const entries = Object.entries(assignment).map(([name, value]) => {
      const [, taken] = pairs.get(name)?.find(([written]) => written === value) ?? [null, value];
      return [`training.${name}`, taken] as const;
    });
    return Object.fromEntries(entries);
  };
  return {
    ...(control === undefined ? {} : { control: convert(control) }),
    ...(exclude === undefined ? {} : { exclude: Array.isArray(exclude) ? exclude.map(convert) : exclude }),
  };
}
