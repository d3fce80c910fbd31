import type { ConfirmReport, Side } from './confirm-report.ts';
import { decimalsOfHalf, rowDecimals, toFixed, toPValue, toSigned, withMinus } from '../number-format.ts';

/** A confirmation for the terminal. */
export function confirmToText(report: ConfirmReport): string {
  const { sweepId, name, confirms, seeds, metric, part, images, arm, control, difference, notes } = report;
  const scale = scaleOf(report);
  const confirmed = `${confirms.arm === null ? '' : `arm ${confirms.arm} of `}${confirms.sweep}`;
  const fresh = `${seeds.length} fresh ${seeds.length === 1 ? 'seed' : 'seeds'} (${seeds[0]} to ${seeds.at(-1)})`;
  const lines = [
    `${sweepId} ${name}: ${confirmed} on ${fresh}`,
    `${metric}, ${part} part${images === null ? '' : ` of ${images} images`}`,
    `  with the intra-class phase (${arm.name}): ${toSide(arm, scale)}`,
    `  without (${control.name}): ${toSide(control, scale)}`,
    difference === null ? '  No pair is complete.' : `  difference ${toDifference(report, scale)}`,
    ...notes,
  ];
  return lines.join('\n');
}

/** How numbers are shown: accuracies in percent. */
interface Scale {
  scale: number;
  /** The share of one image, where a number is one of an accuracy. */
  image: number | null;
  /** The unit of a value, and that of a difference. */
  units: [string, string];
}

function scaleOf({ unit, images }: ConfirmReport): Scale {
  const percent = unit === '%';
  return {
    scale: percent ? 100 : 1,
    image: percent && images !== null ? 100 / images : null,
    units: percent ? [' %', ' points'] : unit === null ? ['', ''] : [` ${unit}`, ` ${unit}`],
  };
}

/** Digits are those of the standard deviation. */
function toSide({ n, mean, sd }: Side, { scale, image, units: [unit] }: Scale): string {
  if (mean === null) return 'no complete run';
  const spread = sd === null ? null : sd * scale;
  const decimals = decimalsOfHalf(null, { sd: spread, image, value: mean * scale });
  const show = (value: number) => withMinus(toFixed(value, decimals));
  return `${show(mean * scale)}${spread === null ? '' : ` ± ${show(spread)}`}${unit} (n = ${n})`;
}

/** Digits are those of the interval. */
function toDifference(report: ConfirmReport, { scale, image, units: [, unit] }: Scale): string {
  const { n, mean, low, high, p, better } = report.difference!;
  const numbers = [mean, low, high].map((value) => (value === null ? null : value * scale));
  const half = low === null || high === null ? null : ((high - low) / 2) * scale;
  const decimals = rowDecimals(decimalsOfHalf(half, { image, value: mean * scale }), numbers);
  const [center, ...ends] = numbers.map((value) => (value === null ? null : withMinus(toSigned(value, decimals))));
  const interval = half === null ? '' : ` [${ends.join(', ')}]`;
  const significance = p === null ? 'p withheld' : `p = ${toPValue(p, report.smallestP)}`;
  return (
    `${center}${unit}${interval}, better on ${better} of ${n} seeds; ` +
    `${significance}; ${report.test}; interval: Student's 95 %`
  );
}
