import { z } from 'zod';
import { lossSchema } from './loss-schema.ts';
import { isLossParameter } from '../parameter-names.ts';
import { trainingSchema } from './training-schema.ts';

const SECTIONS = z.object({ loss: lossSchema, training: trainingSchema });

/**
 * Whether a parameter takes whole numbers only: N in batches, and settings such as batch sizes, widths and seeds. It is
 * a question of what the parameter means, never of how its bounds are spelt.
 *
 * @param name canonical
 * @param unit as written: of N only
 * @returns the answer for a range with these bounds: `validation` is a count of images from 1 on, and a share below
 */
export function wholeNumbersOf(name: string, unit: unknown): (bounds: readonly unknown[]) => boolean {
  if (isLossParameter(name)) return () => name === 'N' && unit !== 'fraction' && unit !== 'epoch';
  const kinds = numbersAt(SECTIONS, name.split('.'));
  return (bounds) => {
    const meant = kinds.filter((kind) => bounds.every((bound) => !isNumber(bound) || isWithin(kind, bound)));
    const judged = meant.length > 0 ? meant : kinds;
    return judged.length > 0 && judged.every(({ isInt }) => isInt);
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A bound may have a fraction where whole numbers are wanted; that is another mistake. */
function isWithin(kind: z.ZodNumber, bound: number): boolean {
  return kind.safeParse(kind.isInt ? Math.floor(bound) : bound).success;
}

/** The kinds of numbers that a setting may be; several where its schema is a union. */
function numbersAt(schema: z.core.$ZodType, path: readonly string[]): z.ZodNumber[] {
  if (schema instanceof z.ZodNumber) return path.length === 0 ? [schema] : [];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => numbersAt(option, path));
  if (schema instanceof z.ZodObject) {
    const [key, ...rest] = path;
    const inner = key !== undefined && Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    return inner === undefined ? [] : numbersAt(inner, rest);
  }
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType };
  return innerType === undefined ? [] : numbersAt(innerType, path);
}
