import type { NUnit } from '../space/definition.ts';
import { distributionOf, PARAMETER_SCHEMAS, type ParameterInput } from '../schema/parameter-schema.ts';
import { toParameterName } from '../parameter-names.ts';
import { wholeNumbersOf } from '../schema/whole-settings.ts';

/** A parameter of a definition that may still be wrong. */
export interface WrittenParameter {
  /** The key as written: `α`. Messages point at it. */
  written: string;
  /** Canonical: `alpha`. */
  name: string;
  unit: NUnit | null;
  /** As written. */
  value: unknown;
  /** null where its shape is wrong, which the schema has reported. */
  space: ParameterInput | null;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readParameters(parameters: unknown): WrittenParameter[] {
  if (!isObject(parameters)) return [];
  return Object.entries(parameters).map(([written, value]) => {
    const name = toParameterName(written);
    const space = toSpace(name, value);
    return { written, name, unit: name === 'N' ? (space?.unit ?? 'batches') : null, value, space };
  });
}

function toSpace(name: string, value: unknown): ParameterInput | null {
  const distribution = isObject(value) ? distributionOf(value, wholeNumbersOf(name, value.unit)) : null;
  if (distribution === null) return null;
  const parsed = PARAMETER_SCHEMAS[distribution].safeParse(value);
  return parsed.success ? ({ ...parsed.data, distribution } as ParameterInput) : null;
}
