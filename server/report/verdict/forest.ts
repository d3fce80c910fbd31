import { toChange, toPValue } from '../number-format.ts';
import { columnDecimals } from '../statistics/column-decimals.ts';
import { isSignificant } from '../table/family.ts';
import type { MetricView } from '../table/metric-view.ts';
import type { JudgedArm } from './compare-arms.ts';
import type { Confirmation, ConfirmationState } from './confirmations.ts';
import type { OverallEffect } from './overall-effect.ts';
import { isTurned } from './words.ts';

/** The differences of all arms on one scale, in the unit that is shown: points for accuracies. */
export interface Forest {
  /** `points`, or nothing. */
  unit: string;
  /** On which side of 0 a difference is better; null where neither is. */
  better: 'right' | 'left' | null;
  overall: ForestLine | null;
  /** In the order of the plan, arms of one control together. */
  lines: ForestLine[];
}

export interface ForestLine {
  /** Index of the arm; null for all arms together. */
  arm: number | null;
  name: string;
  mean: number;
  /** Student's 95 % interval; null for a single pair. */
  interval: [low: number, high: number] | null;
  /** The interval that covers for all arms together; null outside the family of tests. */
  together: [low: number, high: number] | null;
  /** Each seed's difference; none where there are more than twenty. */
  seeds: number[];
  n: number;
  /** Mean and Student's interval in words, with the digits of the column. */
  text: string;
  /** The corrected p in words; null where there is none, or the sweep is not complete. */
  p: string | null;
  /** True where the corrected p is under 0.05. */
  isSignificant: boolean;
  /** True where the truncated term was 0 in every run: the arm is its control. */
  isDead: boolean;
  /** `3 of 12, control 0 (McNemar p = 0.25)`: runs that diverged or fell to chance; null where none did. */
  bad: string | null;
  /** What fresh seeds say; null where nobody has confirmed the arm. */
  confirmation: ForestConfirmation | null;
}

export interface ForestConfirmation {
  state: ConfirmationState;
  mean: number;
  interval: [low: number, high: number] | null;
  text: string;
  p: string | null;
}

/** More dots hide each other. */
const MOST_DOTS = 20;

export interface ForestParts {
  arms: readonly JudgedArm[];
  overall: OverallEffect | null;
  confirmations: readonly Confirmation[];
  /** False: nothing is tested yet. */
  isTested: boolean;
}

export function buildForest({ arms, overall, confirmations, isTested }: ForestParts, metric: MetricView): Forest {
  const scale = metric.accuracy ? 100 : 1;
  const shown = arms.filter(
    ({ change, isOwnAblation, sameAs }) => change !== null && !isOwnAblation && sameAs === null,
  );
  const column = decimalsOfColumn(shown, scale);
  const scaled = (low: number | null, high: number | null): [number, number] | null =>
    low === null || high === null ? null : [scale * low, scale * high];
  const textOf = (mean: number, interval: [number, number] | null): string => toChange(scale * mean, interval, column);
  const lineOf = (arm: JudgedArm): ForestLine => {
    const { difference } = arm.row;
    const { mean, low, high, pMaxT, n } = difference!;
    const interval = scaled(low, high);
    const together = arm.change!.low === low ? null : scaled(arm.change!.low, arm.change!.high);
    const found = confirmations.find((confirmation) => confirmation.arm === arm.index);
    return {
      arm: arm.index,
      name: arm.name,
      mean: scale * mean,
      interval,
      together,
      seeds: n > MOST_DOTS ? [] : [...arm.differences.values()].map((value) => scale * value),
      n,
      text: textOf(mean, interval),
      p: isTested && pMaxT !== null ? toPValue(pMaxT) : null,
      isSignificant: isTested && isSignificant(pMaxT),
      isDead: arm.isDead,
      bad: arm.bad.arm + arm.bad.control === 0 ? null : badOf(arm),
      confirmation: found === undefined ? null : confirmationOf(found),
    };
  };
  const confirmationOf = ({ state, difference, p }: Confirmation): ForestConfirmation | null => {
    if (difference === null) return null;
    const interval = scaled(difference.low, difference.high);
    const text = textOf(difference.mean, interval);
    return { state, mean: scale * difference.mean, interval, text, p: p === null ? null : toPValue(p) };
  };
  const overallLine = (): ForestLine | null => {
    if (overall === null || overall.arms < 2) return null;
    const interval = scaled(overall.low, overall.high);
    return {
      arm: null,
      name: `${overall.arms} arms together`,
      mean: scale * overall.mean,
      interval,
      together: null,
      seeds: [],
      n: overall.n,
      text: textOf(overall.mean, interval),
      p: isTested && overall.p !== null ? toPValue(overall.p) : null,
      isSignificant: isTested && isSignificant(overall.p),
      isDead: false,
      bad: null,
      confirmation: null,
    };
  };
  const byControl = [...shown].sort((a, b) => a.arm.controlIndex! - b.arm.controlIndex! || a.index - b.index);
  return {
    unit: metric.accuracy ? 'points' : (metric.unit ?? ''),
    better: !metric.directed ? null : isTurned(metric) ? 'left' : 'right',
    overall: overallLine(),
    lines: byControl.map(lineOf),
  };
}

function badOf({ bad }: JudgedArm): string {
  return `${bad.arm} of ${bad.planned}, control ${bad.control} (McNemar p = ${toPValue(bad.p)})`;
}

/** Of a column: those of its median interval. */
function decimalsOfColumn(arms: readonly JudgedArm[], scale: number): number {
  const halves = arms.map(({ row: { difference } }) =>
    difference!.low === null ? null : (scale * (difference!.high! - difference!.low)) / 2,
  );
  const largest = arms.reduce((most, { row }) => Math.max(most, Math.abs(scale * row.difference!.mean)), 0);
  return columnDecimals(halves, { value: largest });
}
