import type { Forest, ForestLine } from '../../server/http/schemas/verdict.ts';
import { niceTicks } from './ticks.ts';

/** More lines are not read; the others are behind a button. */
export const MOST_LINES = 40;
/** Intervals over fewer seeds are so wide that they would decide the scale. */
const FEW_SEEDS = 6;

/** The scale of a forest plot: a share of its width for each value. */
export interface Scale {
  ticks: number[];
  /** 0 to 1 within the scale. */
  at(value: number): number;
  low: number;
  high: number;
}

/** The lines that are shown, in their order, and what of the others is said. */
export interface Chosen {
  lines: ForestLine[];
  hidden: { count: number; low: number; high: number } | null;
}

/**
 * At most forty lines: all that are significant, all with a confirmation, then those with the largest t.
 *
 * @param most Infinity shows all
 */
export function chooseLines({ lines }: Forest, most = MOST_LINES): Chosen {
  if (lines.length <= most) return { lines, hidden: null };
  const ranked = [...lines].sort(
    (a, b) => Number(isWanted(b)) - Number(isWanted(a)) || sizeOf(b) - sizeOf(a) || a.arm! - b.arm!,
  );
  const shown = new Set(ranked.slice(0, Math.max(most, lines.filter(isWanted).length)));
  const means = lines.filter((line) => !shown.has(line)).map(({ mean }) => mean);
  const hidden = means.length === 0 ? null : { count: means.length, low: Math.min(...means), high: Math.max(...means) };
  return { lines: lines.filter((line) => shown.has(line)), hidden };
}

function isWanted({ isSignificant, confirmation }: ForestLine): boolean {
  return isSignificant || confirmation !== null;
}

function sizeOf({ mean, interval, n }: ForestLine): number {
  const half = interval === null ? 0 : (interval[1] - interval[0]) / 2;
  return half === 0 ? 0 : (Math.abs(mean) / half) * Math.sqrt(n);
}

/** One scale for several plots. */
export function sharedScale(forests: readonly Forest[]): Scale {
  const overall = forests.flatMap((forest) => forest.overall ?? []);
  return scaleOf({ overall: null, lines: [...overall, ...forests.flatMap(({ lines }) => lines)] });
}

/** From the lines that say enough; where none does, from all. 0 is always on it. */
export function scaleOf({ overall, lines }: Pick<Forest, 'overall' | 'lines'>): Scale {
  const sure = lines.filter(({ n }) => n >= FEW_SEEDS);
  const counted = [...(sure.length > 0 ? sure : lines), ...(overall === null ? [] : [overall])];
  const ends = counted.flatMap(({ mean, interval, together, confirmation }) => [
    mean,
    ...(interval ?? []),
    ...(together ?? []),
    ...(confirmation?.interval ?? []),
  ]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const margin = (high - low || 1) * 0.05;
  const ticks = niceTicks(low - margin, high + margin, 5);
  return {
    ticks,
    low: low - margin,
    high: high + margin,
    at: (value) => (value - (low - margin)) / (high - low + 2 * margin),
  };
}
