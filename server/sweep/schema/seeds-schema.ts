import { z } from 'zod';

const SEEDS = 'a count ≥ 1, or a list of whole numbers ≥ 0 without repeats';

/** Seeds as a definition has them: how many, or which. */
export const seedsSchema = z.union(
  [z.number().int(SEEDS).min(1, SEEDS), z.array(z.number(SEEDS).int(SEEDS).min(0, SEEDS)).min(1, SEEDS)],
  SEEDS,
);
