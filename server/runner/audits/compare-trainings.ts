import { differentPoint } from '../exactness/first-difference.ts';
import { addPoints, type Points } from '../exactness/trained.ts';
import { placeInWords, valueInWords, type Difference } from '../exactness/verdict.ts';
import type { SegmentReport } from '../workers/messages.ts';

/** All that training a stage gave, as it is compared. */
export class Given {
  /** By metric, and by its ε where it has one. */
  readonly points: Points = new Map();
  /** SHA-256 of the state at its end; null where it was not saved. */
  hash: string | null = null;
  batch = 0;

  add({ points, checkpoint, to }: Pick<SegmentReport, 'points' | 'checkpoint' | 'to'>): void {
    const named = points.map(({ metric, epsilon, ...series }) => {
      const name = epsilon === null ? metric : `${metric} (ε ${epsilon})`;
      return { metric: name, epsilon: null, ...series };
    });
    addPoints(this.points, named);
    this.batch = to;
    this.hash = checkpoint?.batch === to ? checkpoint.hash : null;
  }
}

/** `train/total at batch 21 is 0.5 on gpu-1, and 0.25 on gpu-2`; null where both gave the same, bit by bit. */
export function differenceInWords(first: Given, second: Given, names: readonly [string, string]): string | null {
  const found = differentPoint(first.points, second.points) ?? differentState(first, second);
  if (found === null) return null;
  const [one, other] = found.values.map(valueInWords);
  return `${placeInWords(found)} is ${one} on ${names[0]}, and ${other} on ${names[1]}`;
}

function differentState(first: Given, second: Given): Pick<Difference, 'batch' | 'metric' | 'values'> | null {
  if (first.hash === null || second.hash === null || first.hash === second.hash) return null;
  return { batch: first.batch, metric: null, values: [first.hash, second.hash] };
}
