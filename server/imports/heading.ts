import type { Problem } from '../sweep/problem.ts';
import { METRIC_OF_PART } from './known-names.ts';
import type { Names } from './names.ts';

/** What the columns of a table mean. */
export interface Heading {
  width: number;
  /** True: each row has one value, whose metric it names. False: each metric has a column. */
  isLong: boolean;
  /** Whether an empty cell is no value. In Cosweep's own curves it is one that was not finite. */
  hasGaps: boolean;
  run: number | null;
  state: number | null;
  batch: number | null;
  parameters: { column: number; name: string }[];
  /** The columns with values, and the metric of each, in a row. */
  metricsOf(cells: readonly string[]): [column: number, metric: string][];
  problems: Problem[];
  notes: string[];
}

/** Columns that say nothing of how a run was trained, by a column that tells whose table it is. */
const ABOUT: Record<string, readonly string[]> = {
  // Cosweep's own curves
  armName: ['arm', 'armName'],
  // W&B's history of a run
  _step: ['_runtime', '_timestamp', '_wandb'],
  // W&B's table of runs
  Created: [
    ...[
      'Agent',
      'Commit',
      'CPU Count',
      'Created',
      'End Time',
      'Entity',
      'Git Commit',
      'Github',
      'GPU Count',
      'GPU Type',
    ],
    ...[
      'Group',
      'Host',
      'Hostname',
      'Job Type',
      'Notes',
      'OS',
      'Path',
      'Project',
      'Python Version',
      'Runtime',
      'Sweep',
    ],
    ...['Tags', 'Updated', 'User', '_runtime', '_timestamp', '_wandb'],
  ],
};

/** What pandas calls a column without a name. */
const NAMELESS = /^(Unnamed: \d+|)$/;

/** What others call a column, the best first; the others say the same and are left out. */
const ALIASES = { run: ['ID', 'Name'], state: ['State'], batch: ['_step', 'Step', 'step'] };

export function judgeHeading(cells: readonly string[], names: Names): Heading {
  const written = cells.map((cell) => cell.trim());
  const about = Object.keys(ABOUT).filter((word) => written.includes(word));
  const isAbout = (cell: string) => NAMELESS.test(cell) || about.some((word) => ABOUT[word]!.includes(cell));
  const columns = withoutEpoch(withAliases(written.map((cell) => nameOf(cell, isAbout(cell), names))));
  const problems = repeated(columns);
  const at = (name: string) => (columns.includes(name) ? columns.indexOf(name) : null);
  const [metric, value, batch] = [at('metric'), at('value'), at('batch')];
  const isLong = metric !== null && value !== null;
  const measured = isLong
    ? []
    : columns.flatMap((name, i) => (name !== null && METRIC_OF_PART.test(name) ? [[i, name] as [number, string]] : []));
  if (isLong && batch === null) problems.push(missing('batch', columns));
  if (!isLong && measured.length === 0) problems.push(noMetrics(columns, metric, value));
  const taken = new Set([at('run'), at('state'), metric, value, batch, ...measured.map(([i]) => i)]);
  return {
    width: cells.length,
    isLong,
    hasGaps: !written.includes('armName'),
    run: at('run'),
    state: at('state'),
    batch,
    parameters: columns.flatMap((name, column) => (name === null || taken.has(column) ? [] : [{ column, name }])),
    metricsOf: isLong ? (row) => metricOf(row[metric]!.trim(), value, names) : () => measured,
    problems,
    notes: [
      ...(!isLong && batch === null ? ['No column is called batch: the values are taken for those at the end.'] : []),
      ...leftOut(written, columns, names),
    ],
  };
}

/** @returns null for a column that is left out */
function nameOf(cell: string, isAbout: boolean, names: Names): string | null {
  const name = names.of(cell);
  return name === cell && isAbout ? null : name;
}

function withAliases(columns: readonly (string | null)[]): (string | null)[] {
  const meaning = new Map<string, string | null>();
  for (const [name, aliases] of Object.entries(ALIASES)) {
    const present = aliases.filter((alias) => columns.includes(alias));
    const best = columns.includes(name) ? undefined : present[0];
    for (const alias of present) meaning.set(alias, alias === best ? name : null);
  }
  return columns.map((name) => (name !== null && meaning.has(name) ? meaning.get(name)! : name));
}

/** Beside the batch it says the same, and is no parameter. */
function withoutEpoch(columns: readonly (string | null)[]): (string | null)[] {
  return columns.includes('batch') ? columns.map((name) => (name === 'epoch' ? null : name)) : [...columns];
}

function metricOf(written: string, value: number, names: Names): [number, string][] {
  const metric = names.of(written);
  return metric === null ? [] : [[value, metric]];
}

function leftOut(written: readonly string[], columns: readonly (string | null)[], names: Names): string[] {
  const left = written.filter((cell, i) => columns[i] === null && cell !== '' && names.of(cell) !== null);
  return left.length === 0 ? [] : [`Left out, as they say nothing of the training: ${left.join(', ')}.`];
}

function repeated(columns: readonly (string | null)[]): Problem[] {
  const twice = new Set(columns.filter((name, i) => name !== null && columns.indexOf(name) !== i));
  return [...twice].map((name) => ({
    path: 'line 1',
    message: `found two columns ${JSON.stringify(name)}, wanted one (--ignore leaves one out)`,
  }));
}

function missing(name: string, columns: readonly (string | null)[]): Problem {
  return { path: 'line 1', message: `found no column ${JSON.stringify(name)} in ${listed(columns)}, wanted one` };
}

function noMetrics(columns: readonly (string | null)[], metric: number | null, value: number | null): Problem {
  if (metric !== null) return missing('value', columns);
  if (value !== null) return missing('metric', columns);
  return {
    path: 'line 1',
    message:
      `found no metric among ${listed(columns)}, wanted columns metric, batch and value, or metrics as columns: ` +
      'names that begin with train/, val/ or test/, or that --map makes so (--map acc=val/accuracy)',
  };
}

function listed(columns: readonly (string | null)[]): string {
  return columns.flatMap((name) => (name === null ? [] : [JSON.stringify(name)])).join(', ');
}
