import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { formatAmount, formatNumber } from '../format/number.ts';

/** Arms that have a control to be compared with, the best of them first. */
export function armsToConfirm({ armList, best }: Pick<SweepDetail, 'armList' | 'best'>): ArmItem[] {
  const places = new Map(best.map(({ arm }, place) => [arm, place]));
  const place = ({ index }: ArmItem): number => places.get(index) ?? best.length + index;
  return armList
    .filter(({ control, controlIndex, params }) => !control && controlIndex !== null && params.N !== null)
    .sort((a, b) => place(a) - place(b));
}

/** Metrics of evaluations; the sweep's own metric is first, if it is one of them. */
export function confirmableMetrics({ metric, metrics }: Pick<SweepDetail, 'metric' | 'metrics'>): string[] {
  return [...new Set([metric.name, ...metrics.filter((name) => name.startsWith('val/'))])].filter(isConfirmable);
}

/** A confirmation compares evaluations. */
export function isConfirmable(metric: string): boolean {
  return /^(val|test)\//.test(metric);
}

/** What this many seeds can show at best. */
export function seedsWords(seeds: number): string {
  const smallest = `the smallest possible p is ${formatNumber(smallestP(seeds), 2)}`;
  return smallestP(seeds) > 0.05
    ? `With ${formatAmount(seeds, 'seed')} no difference can be significant: ${smallest}. Six seeds are the least.`
    : `With ${formatAmount(seeds, 'seed')} ${smallest}.`;
}

/**
 * The smallest p of a sign-flip test. A pattern of signs and its mirror image tie; above 20 seeds 100,000 patterns are
 * drawn.
 */
export function smallestP(seeds: number): number {
  return seeds <= 20 ? Math.min(1, 2 / 2 ** seeds) : 1 / 100_001;
}
