import { resolve } from 'node:path';
import * as z from 'zod';

/** The part of a request that carries a definition. */
export const definitionBody = {
  definition: z
    .union([z.string(), z.record(z.string(), z.unknown())], 'want a sweep definition: an object, or its JSON text')
    .describe('the definition: its JSON text, or the object'),
  baseFolder: z
    .string()
    .min(1)
    .max(4_096)
    .optional()
    .describe("folder that its relative paths start at; default: the server's"),
};

/** The definition as text, so that it is kept as it was written and problems have a line and a column. */
export function definitionOf(body: { definition: string | Record<string, unknown>; baseFolder?: string | undefined }): {
  text: string;
  folder: string;
} {
  const text = typeof body.definition === 'string' ? body.definition : JSON.stringify(body.definition, null, 2);
  return { text, folder: resolve(body.baseFolder ?? '.') };
}
