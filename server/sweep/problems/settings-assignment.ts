import type { ParamValue } from '../arm.ts';
import { isObject } from './written-parameter.ts';

type Section = Record<string, unknown>;

/** The settings of a definition as written. */
export type Sections = { loss: Section; training: Section };

/**
 * The `loss` and `training` of a definition with swept settings assigned. `training.optimizer.learningRate` reaches
 * into `training`; objects that are missing on this way are made. Everything beside the way is shared with the
 * original.
 */
export function assignSettings(
  sections: Sections,
  settings: Iterable<readonly [name: string, value: ParamValue]>,
): Sections {
  let assigned = sections;
  for (const [name, value] of settings) assigned = assignAt(assigned, name.split('.'), value) as Sections;
  return assigned;
}

function assignAt(target: Section, [key, ...rest]: string[], value: ParamValue): Section {
  if (rest.length === 0) return { ...target, [key!]: value };
  const inner = Object.hasOwn(target, key!) ? target[key!] : {};
  // Text or a number in the way stays: the schema reports it at its own place.
  return isObject(inner) ? { ...target, [key!]: assignAt(inner, rest, value) } : target;
}
