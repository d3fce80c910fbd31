import type { Series } from '../../training/curve-buffer.ts';
import type { FitResult } from '../../training/fit-task.ts';
import { differentPoint } from '../exactness/first-difference.ts';
import { addPoints, type Points } from '../exactness/trained.ts';
import { placeInWords, valueInWords } from '../exactness/verdict.ts';
import type { SegmentReport } from '../workers/messages.ts';

/** All that training a stage gave, as it is compared. */
export class Given {
  /** As they came: maps of single points would take ten times the memory until they are compared. */
  readonly #series: Series[] = [];
  /** SHA-256 of the state at its end; null where it was not saved. */
  hash: string | null = null;
  batch = 0;
  /** How it ended; null where it has not. */
  result: FitResult | null = null;

  add({ points, checkpoint, to, result }: Pick<SegmentReport, 'points' | 'checkpoint' | 'to' | 'result'>): void {
    for (const { metric, epsilon, batches, values } of points) {
      const name = epsilon === null ? metric : `${metric} (ε ${epsilon})`;
      // Copies: the arrays of a message may keep all of it, and its checkpoint, in memory.
      this.#series.push({ metric: name, epsilon: null, batches: batches.slice(), values: values.slice() });
    }
    this.batch = to;
    this.hash = checkpoint?.batch === to ? checkpoint.hash : null;
    this.result = result;
  }

  /** By metric, and by its ε where it has one. */
  points(): Points {
    const all: Points = new Map();
    addPoints(all, this.#series);
    return all;
  }
}

/** What is different, and what it is in both. */
interface Different {
  what: string;
  values: readonly [string, string];
}

/** `train/total at batch 21 is 0.5 on gpu-1, and 0.25 on gpu-2`; null where both gave the same, bit by bit. */
export function differenceInWords(first: Given, second: Given, names: readonly [string, string]): string | null {
  const found = differentValue(first, second) ?? differentState(first, second);
  return found && `${found.what} is ${found.values[0]} on ${names[0]}, and ${found.values[1]} on ${names[1]}`;
}

/** The first point that differs. Where one of them has no such point, since it ended earlier, its end says more. */
function differentValue(first: Given, second: Given): Different | null {
  const point = differentPoint(first.points(), second.points());
  const end = differentEnd(first, second);
  if (point === null || (end !== null && point.values.includes(null))) return end;
  const [one, other] = point.values;
  return { what: placeInWords(point), values: [valueInWords(one), valueInWords(other)] };
}

function differentEnd(first: Given, second: Given): Different | null {
  const values = [endInWords(first.result), endInWords(second.result)] as const;
  return values[0] === values[1] ? null : { what: 'it', values };
}

/** `split at batch 41 (ε 0.1 | 0.2, 0.3)` */
function endInWords(result: FitResult | null): string {
  if (result === null) return 'not at its end';
  const { outcome, batch, groups } = result;
  if (outcome === 'complete') return outcome;
  const apart = groups === undefined ? '' : ` (ε ${groups.map((group) => group.join(', ')).join(' | ')})`;
  return `${outcome} at batch ${batch}${apart}`;
}

function differentState(first: Given, second: Given): Different | null {
  if (first.hash === null || second.hash === null || first.hash === second.hash) return null;
  const what = placeInWords({ batch: first.batch, metric: null });
  return { what, values: [valueInWords(first.hash), valueInWords(second.hash)] };
}
