import type { NUnit } from '../space/definition.ts';
import type { ParameterInput } from '../schema/parameter-schema.ts';
import { toParameterName } from '../parameter-names.ts';
import type { Problem } from '../problem.ts';
import { isNested, readParameter } from '../schema/read-parameter.ts';

/** A parameter of a definition that may still be wrong. */
export interface WrittenParameter {
  /** The key as written: `α`. Messages point at it. */
  written: string;
  /** Canonical: `alpha`. */
  name: string;
  unit: NUnit | null;
  /** null where its shape is wrong. */
  space: ParameterInput | null;
  /** Whether it holds parameters, as in W&B: its own name then says nothing. */
  nested: boolean;
  /** What is wrong with its shape: at least one problem where there is no space. */
  problems: readonly Problem[];
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readParameters(parameters: unknown): WrittenParameter[] {
  if (!isObject(parameters)) return [];
  return Object.entries(parameters).map(([written, value]) => {
    const name = toParameterName(written);
    const { space, problems } = readParameter(written, value);
    return {
      written,
      name,
      unit: name === 'N' ? (space?.unit ?? 'batches') : null,
      space,
      nested: isNested(value),
      problems,
    };
  });
}
