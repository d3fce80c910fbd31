import type { Comparison, Difference } from './verdict.ts';
import { identitiesOf, isBefore, pointsOf, savedAt, type Points, type Trained } from './trained.ts';

/** What another training has of the batches [from, to) that one in a single piece has too. */
interface Other {
  comparison: Comparison;
  trained: Pick<Trained, 'points' | 'saved'>;
  from: number;
  to: number;
}

/**
 * The first batch at which another training of the same batches has another value, bit by bit, or else the state at
 * their end; null where all of it is the same. A state that only one of them has saved is not compared.
 */
export function firstDifference(
  whole: Pick<Trained, 'points' | 'saved'>,
  { comparison, trained, from, to }: Other,
): Difference | null {
  const within = (metric: string, at: number): boolean => !isBefore(metric, at, from) && isBefore(metric, at, to);
  // The evaluation before the first batch belongs to it.
  const belongs = (metric: string, at: number): boolean => within(metric, at) || (from === 0 && at === 0);
  const point = differentPoint(pointsOf(whole.points, belongs), pointsOf(trained.points, belongs));
  if (point !== null) return { comparison, ...point };
  const [one, other] = [savedAt(whole, to), savedAt(trained, to)];
  if (one === null || other === null) return null;
  const values = identitiesOf(one, other);
  return values[0] === values[1] ? null : { comparison, batch: to, metric: null, values };
}

/** The first batch at which two trainings have different points, bit by bit; null where all are the same. */
export function differentPoint(whole: Points, other: Points): Pick<Difference, 'batch' | 'metric' | 'values'> | null {
  const different = [...new Set([...whole.keys(), ...other.keys()])].flatMap((metric) => {
    const [ours, theirs] = [whole.get(metric), other.get(metric)];
    const batches = [...new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])])];
    const differs = (batch: number): boolean => !Object.is(ours?.get(batch), theirs?.get(batch));
    const batch = Math.min(...batches.filter(differs));
    return batch === Infinity ? [] : [{ metric, batch, values: [ours?.get(batch), theirs?.get(batch)] as const }];
  });
  const [first] = different.sort((a, b) => a.batch - b.batch || rank(a.metric) - rank(b.metric));
  return first === undefined ? null : { ...first, values: [toValue(first.values[0]), toValue(first.values[1])] };
}

/** Of several metrics at the same batch the total says most. */
function rank(metric: string): number {
  return metric === 'train/total' ? 0 : 1;
}

function toValue(value: number | undefined): number | string | null {
  if (value === undefined) return null;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
}
