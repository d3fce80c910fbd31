import * as z from 'zod';

/**
 * The shapes of all answers, by name. The description of the API lists them, and the tests hold the answers to them.
 */
export const shapes = z.registry<{ id: string }>();

const taken = new Set<string>();

/** Gives a shape its name and says what it is. The API's description carries both, and the prose of every field. */
export function shape<Schema extends z.ZodType>(id: string, description: string, schema: Schema): Schema {
  // A registry lets the later of two shapes take the name away from the earlier.
  if (taken.has(id)) throw new Error(`Cannot name a shape ${id}: another one has that name`);
  taken.add(id);
  const described = schema.describe(description);
  shapes.add(described, { id });
  return described;
}

/**
 * The same for a type that another room owns: `sameShape<Picture>()('Picture', …)`. It compiles only where the schema
 * gives the owner's type exactly, no field more and none less.
 */
export function sameShape<Owner>() {
  return <Schema extends z.ZodType<Owner>>(
    id: string,
    description: string,
    schema: Schema & Exactly<Owner, z.output<Schema>>,
  ): Schema => shape<Schema>(id, description, schema);
}

type Exactly<Owner, Given> = Same<Plain<Owner>, Plain<Given>> extends true ? unknown : { differsFrom: Owner };

/** True for identical types: unlike `extends` both ways, it sees an optional field that one of them lacks. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * A type with its intersections and `Omit`s written out, at every depth, so that types with the same fields compare
 * equal.
 */
type Plain<T> = T extends object ? { [Key in keyof T]: Plain<T[Key]> } : T;
