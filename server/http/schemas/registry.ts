import * as z from 'zod';

/** The shapes of all answers by name: what the API's description lists, and what the tests hold the answers to. */
export const shapes = z.registry<{ id: string }>();

/**
 * Gives a shape its name. The shape has to fit the type of that name in `api.ts`: `shape<SweepItem>('SweepItem', …)`.
 */
export function shape<T>(id: string, schema: z.ZodType<T>): z.ZodType<T> {
  shapes.add(schema, { id });
  return schema;
}
