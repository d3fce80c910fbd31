import * as z from 'zod';

export const promoteRequest = z.strictObject({
  arms: z.int().min(1).max(1000).optional().describe('how many arms go on; default: a quarter, at most five'),
  seeds: z.int().min(1).max(1000).default(12).describe('how many fresh seeds'),
});
export type PromoteRequest = z.input<typeof promoteRequest>;
