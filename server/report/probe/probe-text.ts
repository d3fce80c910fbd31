import type { ProbeArm, ProbeCandidate, ProbeReport, ProbeTrunk, Quantiles, Spread } from './probe-report.ts';

/** Arms of one finding that the text names. */
const MOST_LISTED = 30;

/** Lays a table out: aligned for a terminal, or as Markdown. */
export type WriteTable = (head: readonly string[], rows: readonly (readonly string[])[]) => string;

/** A probe for people: first what the arms have to fear, then for each trunk what that was found by. */
export function probeToText(report: ProbeReport, toTable: WriteTable = toMarkdownTable): string {
  const { sweepId, name, trunks, arms, notes } = report;
  const parts = [
    `Probe of ${sweepId} ${name}`,
    armsToText(arms, report),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    "Numbers are the mean over the trunk's seeds, in brackets the seeds' lowest and highest.",
    ...trunks.map((trunk) => trunkToText(trunk, report, toTable)),
  ];
  return parts.join('\n\n');
}

function trunkToText(trunk: ProbeTrunk, { weakRatio, window }: ProbeReport, toTable: WriteTable): string {
  const { name, end, arms, seeds, candidates } = trunk;
  const trained = seeds.length === 0 ? 'no seed is trained to its end' : `seeds ${seeds.join(', ')}`;
  const head = `Trunk ${name}: ${end} batches, shared by ${arms} ${arms === 1 ? 'arm' : 'arms'}; ${trained}`;
  if (seeds.length === 0) return head;
  return [
    head,
    `L2 in the (at most ${window}) batches before N and from N on:`,
    toTable(['N', 'batches', '5 %', '25 %', '50 %', '75 %', '95 %', 'largest'], candidates.flatMap(toQuantileRows)),
    'Gradient ratio ‖β∇L2‖/‖α∇L1‖ at the features, median over the batches before N ' +
      `(nothing was found under about ${weakRatio}):`,
    toTable(
      ['N', 'β', 'ratio', ''],
      candidates.flatMap(({ N, ratios }) =>
        ratios.map(({ beta, ratio, weak }) => [
          String(N),
          String(beta),
          ratio === null ? 'not known' : toSpread(ratio),
          weak ? 'weak' : '',
        ]),
      ),
    ),
    'What ε does to the term on the trunk:',
    toTable(
      ['N', 'ε', 'term', 'live batches'],
      candidates.flatMap(({ N, epsilons }) =>
        epsilons.map((each) => [String(N), String(each.epsilon), toVerdict(each), toSpread(each.liveShare, percent)]),
      ),
    ),
  ].join('\n');
}

function toQuantileRows({ N, before, after }: ProbeCandidate): string[][] {
  const rows = [before, after]
    .filter((stretch) => stretch !== null)
    .map((stretch) => [String(N), `${stretch.from}–${stretch.to - 1}`, ...toCells(stretch)]);
  return N === 0 ? [[String(N), 'none before', ...Array<string>(6).fill('')], ...rows] : rows;
}

function toCells({ q05, q25, q50, q75, q95, max }: Quantiles): string[] {
  return [q05, q25, q50, q75, q95, max].map((spread) => toSpread(spread));
}

function toVerdict({ verdict, above }: Pick<ProbeArm, 'verdict' | 'above'>): string {
  if (verdict === 'dead') return above === 'maximum' ? 'dead: ε is above all of L2' : 'dead: ε is above 95 % of L2';
  return verdict === 'live' ? 'always live' : 'live at times';
}

function armsToText(arms: readonly ProbeArm[], { weakRatio }: ProbeReport): string {
  const lines = [
    ...listed(
      'Would be dead',
      arms
        .filter(({ verdict }) => verdict === 'dead')
        .map(
          (arm) => `${toArm(arm)}: ε is above ${arm.above === 'maximum' ? 'all' : '95 %'} of the trunk's L2 from N on`,
        ),
    ),
    ...listed(
      'Would be the same run as a neighbour in ε, since both are dead',
      arms.filter(({ sameAs }) => sameAs?.certain === true).map(toTwins),
    ),
    ...listed(
      'May be the same run as a neighbour in ε (no L2 of the trunk is between the two ε; runs part where their own is)',
      arms.filter(({ sameAs }) => sameAs?.certain === false).map(toTwins),
    ),
    ...listed(
      `Would do little (gradient ratio under ${weakRatio})`,
      arms.filter(({ weak }) => weak === true).map((arm) => `${toArm(arm)}: ${short(arm.ratio!)}`),
    ),
    ...listed(
      'Nothing is known of',
      arms.filter(({ verdict }) => verdict === null).map((arm) => `${toArm(arm)}: its trunk is not trained`),
    ),
  ];
  return lines.length === 0 ? 'No arm would be dead, weak, or the same as its neighbour in ε.' : lines.join('\n');
}

/** The arms of one finding; where there are many, the first of them. */
function listed(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > MOST_LISTED ? [`  … and ${lines.length - MOST_LISTED} more (--json lists all)`] : [];
  return [`${title}:`, ...lines.slice(0, MOST_LISTED).map((line) => `  ${line}`), ...more];
}

function toTwins(arm: ProbeArm): string {
  return `${toArm(arm)} and ${arm.sameAs!.arm} ${arm.sameAs!.name}`;
}

function toArm({ arm, name }: ProbeArm): string {
  return `${arm} ${name}`;
}

function toSpread({ mean, low, high }: Spread, show: (value: number) => string = short): string {
  return low === high ? show(mean) : `${show(mean)} (${show(low)}–${show(high)})`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(value: number): string {
  return `${Number((100 * value).toPrecision(3))} %`;
}

/** A table in Markdown with aligned columns. */
function toMarkdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}
