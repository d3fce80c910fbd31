import type { ConfirmReport, Side } from './confirm-report.ts';
import { decimalsBySpread, percentDecimals, toFixed, toP, toSigned } from '../number-format.ts';

/** A confirmation for the terminal. */
export function confirmToText(report: ConfirmReport): string {
  const { sweepId, name, confirms, seeds, metric, part, images, arm, control, difference, notes } = report;
  const show = formatOf(report);
  const confirmed = `${confirms.arm === null ? '' : `arm ${confirms.arm} of `}${confirms.sweep}`;
  const fresh = `${seeds.length} fresh ${seeds.length === 1 ? 'seed' : 'seeds'} (${seeds[0]} to ${seeds.at(-1)})`;
  const lines = [
    `${sweepId} ${name}: ${confirmed} on ${fresh}`,
    `${metric}, ${part} part${images === null ? '' : ` of ${images} images`}`,
    `  with the intra-class phase (${arm.name}): ${toSide(arm, show)}`,
    `  without (${control.name}): ${toSide(control, show)}`,
    difference === null ? '  No pair is complete.' : `  difference ${toDifference(report, show)}`,
    ...notes,
  ];
  return lines.join('\n');
}

interface Format {
  value: (value: number) => string;
  signed: (value: number) => string;
  /** The unit of a value, and that of a difference. */
  units: [string, string];
}

/** Accuracies in percent, everything else by its spread. */
function formatOf({ metric, images, arm, difference }: ConfirmReport): Format {
  const percent = /\/accuracy(Linear|Cosine)?$/.test(metric);
  const scale = percent ? 100 : 1;
  const decimals = percent ? percentDecimals(images) : decimalsBySpread(difference?.sd ?? arm.sd, arm.mean ?? 0);
  return {
    value: (value) => toFixed(value * scale, decimals),
    signed: (value) => toSigned(value * scale, decimals),
    units: percent ? [' %', ' points'] : ['', ''],
  };
}

function toSide({ n, mean, sd }: Side, { value, units: [unit] }: Format): string {
  return mean === null ? 'no complete run' : `${value(mean)}${sd === null ? '' : ` ± ${value(sd)}`}${unit} (n = ${n})`;
}

function toDifference({ difference, test }: ConfirmReport, { signed, units: [, unit] }: Format): string {
  const { n, mean, low, high, p, better } = difference!;
  const interval = low === null || high === null ? '' : ` [${signed(low)}, ${signed(high)}]`;
  const significance = p === null ? 'p withheld' : `p = ${toP(p)}`;
  return (
    `${signed(mean)}${unit}${interval}, better on ${better} of ${n} seeds; ` +
    `${significance} (${test}; interval: Student's 95 %)`
  );
}
