import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import { decimalsOfHalf, rowDecimals, toFixed, toSigned, withMinus } from '../number-format.ts';
import type { PairedSummary } from '../statistics/paired-summary.ts';
import type { MetricView } from '../table/metric-view.ts';

/** A mean difference with its interval, in the unit of the metric. */
export type Change = Pick<PairedSummary, 'mean' | 'low' | 'high'>;

/**
 * How a verdict says numbers of one metric. Differences are turned so that + is better, whichever way the metric goes;
 * tables keep their sign.
 */
export interface Words {
  /** `+0.22 points [0.14, 0.30]` */
  change(change: Change): string;
  /** Without an interval, with the digits of another change: `+0.22 points`. */
  about(mean: number, like: Change): string;
  /** A change as the user gave it: `0.5 points`. */
  given(value: number): string;
  /** A size without a sign and an interval: `0.22 points`. */
  size(value: number, like: Change): string;
  /** `97.48 %` */
  value(value: number, sd: number | null): string;
  /** `better`, `worse`; `higher`, `lower` where neither direction is better. */
  direction(mean: number): string;
}

export function makeWords({ goal, directed, accuracy, name }: MetricView): Words {
  const scale = accuracy ? 100 : 1;
  const sign = isTurned({ goal, directed }) ? -1 : 1;
  const unit = accuracy ? ' points' : '';
  const decimalsOf = ({ mean, low, high }: Change): number => {
    const [center, ...ends] = [mean, low, high].map((value) => (value === null ? null : scale * value));
    const half = low === null || high === null ? null : (scale * (high - low)) / 2;
    return rowDecimals(decimalsOfHalf(half, { value: center! }), [center!, ...ends]);
  };
  return {
    change(change) {
      const decimals = decimalsOf(change);
      const show = (value: number) => withMinus(toFixed(sign * scale * value, decimals));
      const mean = withMinus(toSigned(sign * scale * change.mean, decimals));
      const what = accuracy ? `${mean}${unit}` : `${mean} in ${name}`;
      if (change.low === null || change.high === null) return what;
      const [low, high] = sign === 1 ? [change.low, change.high] : [change.high, change.low];
      return `${what} [${show(low)}, ${show(high)}]`;
    },
    about(mean, like) {
      return `${withMinus(toSigned(sign * scale * mean, decimalsOf(like)))}${unit}`;
    },
    given(value) {
      return `${toTwelveDigits(scale * value)}${unit}`;
    },
    size(value, like) {
      return `${toFixed(Math.abs(scale * value), decimalsOf(like))}${unit}`;
    },
    value(value, sd) {
      const decimals = decimalsOfHalf(null, { sd: sd === null ? null : scale * sd, value: scale * value });
      return `${withMinus(toFixed(scale * value, decimals))}${accuracy ? ' %' : ''}`;
    },
    direction(mean) {
      if (!directed) return mean > 0 ? 'higher' : 'lower';
      return sign * mean > 0 ? 'better' : 'worse';
    },
  };
}

/** True where a smaller value is better. */
export function isTurned({ goal, directed }: Pick<MetricView, 'goal' | 'directed'>): boolean {
  return directed && goal === 'minimize';
}
