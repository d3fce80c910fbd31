import type { Problem } from '../sweep/problem.ts';
import type { Names } from './names.ts';

/** What the columns of a table mean. */
export interface Heading {
  width: number;
  /** True: each row has one value, whose metric it names. False: each metric has a column. */
  isLong: boolean;
  run: number | null;
  state: number | null;
  batch: number | null;
  parameters: { column: number; name: string }[];
  /** The columns with values, and the metric of each, in a row. */
  metricsOf(cells: readonly string[]): [column: number, metric: string][];
  problems: Problem[];
  notes: string[];
}

/** Columns that say nothing of how a run was trained: Cosweep's own of `curves`, and those of W&B's table of runs. */
const ABOUT = new Set([
  ...['arm', 'armName', 'engine', 'device'],
  ...[
    'Notes',
    'User',
    'Tags',
    'Created',
    'Updated',
    'Runtime',
    'Sweep',
    'End Time',
    'Hostname',
    'Host',
    'OS',
    'Job Type',
  ],
  ...['GPU Count', 'GPU Type', 'CPU Count', 'Python Version', 'Git Commit', 'Github', 'Group', 'Commit', 'Agent'],
  ...['_runtime', '_timestamp', '_wandb', 'Path', 'Project', 'Entity'],
]);

/** What others call a column, the best first; the others say the same and are left out. */
const ALIASES = { run: ['ID', 'Name'], state: ['State'], batch: ['_step', 'Step', 'step'] };

const MEASURED = /^(train|val|test)\//;

export function judgeHeading(cells: readonly string[], names: Names): Heading {
  const columns = withAliases(cells.map((cell) => nameOf(cell.trim(), names)));
  const problems = repeated(columns);
  const at = (name: string) => (columns.includes(name) ? columns.indexOf(name) : null);
  const [metric, value, batch] = [at('metric'), at('value'), at('batch')];
  const isLong = metric !== null && value !== null;
  const measured = isLong
    ? []
    : columns.flatMap((name, i) => (name !== null && MEASURED.test(name) ? [[i, name] as [number, string]] : []));
  if (isLong && batch === null) problems.push(missing('batch', columns));
  if (!isLong && measured.length === 0) problems.push(noMetrics(columns, metric, value));
  const taken = new Set([at('run'), at('state'), metric, value, batch, ...measured.map(([i]) => i)]);
  return {
    width: cells.length,
    isLong,
    run: at('run'),
    state: at('state'),
    batch,
    parameters: columns.flatMap((name, column) => (name === null || taken.has(column) ? [] : [{ column, name }])),
    metricsOf: isLong ? (row) => metricOf(row[metric]!.trim(), value, names) : () => measured,
    problems,
    notes: !isLong && batch === null ? ['No column is called batch: the values are taken for those at the end.'] : [],
  };
}

/** @returns null for a column that is left out */
function nameOf(cell: string, names: Names): string | null {
  const name = names.of(cell);
  return name === cell && (ABOUT.has(cell) || cell === '') ? null : name;
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

function metricOf(written: string, value: number, names: Names): [number, string][] {
  const metric = names.of(written);
  return metric === null ? [] : [[value, metric]];
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
