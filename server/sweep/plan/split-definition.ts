import { toSeeds, toText } from '../definition/part.ts';
import type { SplitFrom } from '../schema/split-from-schema.ts';
import { UserError } from '../user-error.ts';
import type { Plan } from './plan.ts';

export interface SplitDefinition {
  /** Counted from 1. */
  number: number;
  seeds: number[];
  text: string;
}

/**
 * Splits a definition by seed: a seed with all of its arms is in one part, so that pairs stay whole. Everything else is
 * the same in every part. The arms are too, since they do not depend on the seeds.
 *
 * @param written the definition, as JSON has it; it was read and planned before
 * @param of where it is, seen from the folder of the parts
 * @throws {UserError} where there are more parts than seeds
 */
export function splitDefinition(
  written: Record<string, unknown>,
  { name, planHash, seeds }: Pick<Plan, 'name' | 'planHash' | 'seeds'>,
  { shards, of }: { shards: number; of: string },
): SplitDefinition[] {
  if (shards > seeds.length) throw tooFewSeeds(name, seeds.length, shards);
  const whole = (written['seeds'] ?? 1) as SplitFrom['seeds'];
  return Array.from({ length: shards }, (_, i) => {
    const own = toSeeds(whole).slice(
      Math.floor((i * seeds.length) / shards),
      Math.floor(((i + 1) * seeds.length) / shards),
    );
    const part: SplitFrom = { of, number: i + 1, parts: shards, seeds: whole, planHash };
    return { number: i + 1, seeds: own, text: toText({ ...written, seeds: own, splitFrom: part }) };
  });
}

function tooFewSeeds(name: string, seeds: number, shards: number): UserError {
  const found = seeds === 1 ? '1 seed' : `${seeds} seeds`;
  const wanted = seeds === 1 ? 'at least 2 seeds to split by' : `--shards of 2 to ${seeds}`;
  return new UserError(
    `Cannot split sweep ${JSON.stringify(name)} into ${shards} parts: it has ${found}, and a seed is in one part ` +
      `alone; wanted ${wanted}`,
  );
}
