import { isSignificant } from '../table/family.ts';
import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import type { MetricView } from '../table/metric-view.ts';
import { decimalsOfHalf, toFixed, toSigned, withMinus } from '../number-format.ts';
import type { Group, Panel } from './picture-data.ts';

interface Finding {
  group: Group;
  panel: Panel;
  mean: number;
  /** 1 better, −1 worse. */
  effect: number;
}

/** At most this many further findings are named; a title is to be read at once. */
const MOST = 3;

/**
 * The answer in words: `β = 0.1 helps at N = ½: +0.27 points [0.19, 0.36], 10 of 10 seeds; hurts at N = ¼`. Only a
 * significant difference (max-T) is said to help or hurt.
 */
export function writeTitle(panels: readonly Panel[], metric: MetricView): string {
  const sign = metric.goal === 'maximize' ? 1 : -1;
  const findings = panels.flatMap((panel) =>
    panel.groups.flatMap((group): Finding[] =>
      group.finalMean === null
        ? []
        : [{ group, panel, mean: group.finalMean, effect: Math.sign(group.finalMean) * sign }],
    ),
  );
  if (findings.length === 0) return 'No pair is complete yet';
  const significant = findings
    .filter(({ group }) => isSignificant(group.pMaxT))
    .sort((a, b) => b.effect - a.effect || sizeOf(b) - sizeOf(a));
  const [first, ...others] = significant;
  if (!first) return undecided(findings, metric);
  const rest = others.slice(0, MOST).map((finding) => {
    const subject = finding.group.label === first.group.label ? '' : `${finding.group.label} `;
    const verb = finding.effect === first.effect && subject === '' ? 'also' : verbOf(finding, metric);
    return `${subject}${verb} at ${finding.panel.label}`;
  });
  const left = others.length - rest.length;
  const size = `${amount(first, metric)}, ${agreement(first)}`;
  return [
    `${first.group.label} ${verbOf(first, metric)} at ${first.panel.label}: ${size}`,
    ...rest,
    ...(left > 0 ? [`${left} more`] : []),
  ].join('; ');
}

function undecided(findings: readonly Finding[], metric: MetricView): string {
  const seeds = Math.max(...findings.map(({ group }) => group.final.length));
  const largest = findings.reduce((most, next) => (sizeOf(next) > sizeOf(most) ? next : most));
  const verdict =
    seeds < 6
      ? `With ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} no difference can be significant`
      : 'No difference is significant';
  const size = `${amount(largest, metric)}, ${agreement(largest)}`;
  return `${verdict}; the largest: ${largest.group.label} at ${largest.panel.label}, ${size}`;
}

/** Equal sizes are equal: the first in the order of the plan is named. */
function sizeOf({ mean }: Finding): number {
  return Math.abs(toTwelveDigits(mean));
}

function verbOf({ effect, mean }: Finding, { directed }: MetricView): string {
  if (!directed) return mean > 0 ? 'raises' : 'lowers';
  return effect > 0 ? 'helps' : 'hurts';
}

/** `+0.27 points [0.19, 0.36]` */
function amount({ group }: Finding, { accuracy, name }: MetricView): string {
  const scale = accuracy ? 100 : 1;
  const mean = group.finalMean! * scale;
  const half = group.finalHigh === null ? null : group.finalHigh * scale - mean;
  const decimals = decimalsOfHalf(half, { value: mean });
  const interval =
    group.finalLow === null || group.finalHigh === null
      ? ''
      : ` [${toFixed(group.finalLow * scale, decimals)}, ${toFixed(group.finalHigh * scale, decimals)}]`;
  return withMinus(`${toSigned(mean, decimals)} ${accuracy ? 'points' : `in ${name}`}${interval}`);
}

/** On how many seeds the difference has the sign of the mean. */
function agreement({ group, mean }: Finding): string {
  const agreeing = group.final.filter(({ value }) => Math.sign(value) === Math.sign(mean)).length;
  return `${agreeing} of ${group.final.length} ${group.final.length === 1 ? 'seed' : 'seeds'}`;
}
