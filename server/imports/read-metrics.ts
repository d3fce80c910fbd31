import { goalOf, METRICS } from '../sweep/metrics.ts';
import { type Problem, toFound } from '../sweep/problem.ts';
import { isMetricName, MAX_METRIC_NAME } from '../sweep/schema/own-metric.ts';
import { toSuggestion } from '../sweep/suggest.ts';
import type { ImportOptions } from './import-options.ts';
import { likeliest, readMetricWords } from './metric-words.ts';
import type { Goal, Source, SourceCurve, SourceRun } from './source.ts';

export interface ImportedMetrics {
  /** The one that decides. */
  metric: { name: string; goal: Goal };
  /** As a definition writes those that Cosweep does not know itself. */
  metrics: Record<string, { goal: Goal; unit?: string }>;
  problems: Problem[];
  notes: string[];
}

type Wanted = Pick<ImportOptions, 'metric' | 'minimize' | 'maximize'>;

/** A metric's name as Cosweep writes it: words of letters and digits with slashes between. */
export function toMetricName(theirs: string): string {
  const words = theirs.split('/').map((word) => word.replace(/[^\p{L}\p{N}_.@-]+/gu, '_').replace(/^_+|_+$/g, ''));
  return words.filter((word) => word !== '').join('/');
}

/** Names the metrics of runs and says which direction of each is better. The runs' curves get the names. */
export function readMetrics({ runs, goals }: Pick<Source, 'runs' | 'goals'>, wanted: Wanted): ImportedMetrics {
  const problems: Problem[] = [];
  for (const run of runs) rename(run, problems);
  const names = [...new Set(runs.flatMap(({ curves }) => [...curves.keys()]))];
  problems.push(...problemsOfNames(names), ...problemsOfWanted(wanted, names), ...problemsOfShares(runs));
  const theirs = new Map(Object.entries(goals).map(([name, goal]) => [toMetricName(name), goal]));
  const goalFor = (name: string): Goal => goalIn(name, wanted, theirs);
  const main = wanted.metric ?? likeliest(names);
  if (main === undefined && names.length > 0) problems.push(nothingDecides(names));
  if (names.length === 0) problems.push({ path: '', message: 'found no value of any metric, wanted one at least' });
  const own = names.filter((name) => METRICS.find((known) => known.name === name)?.better == null);
  const known = METRICS.find(({ name }) => name === main);
  const goal = known?.better != null ? goalOf(known) : goalFor(main ?? '');
  return {
    metric: { name: main ?? '', goal },
    metrics: Object.fromEntries(own.map((name) => [name, { goal: goalFor(name), ...unitOf(name, runs) }])),
    problems,
    notes: main === undefined ? [] : [`${main} decides (${goal}); --metric, --minimize and --maximize say otherwise.`],
  };
}

function rename(run: SourceRun, problems: Problem[]): void {
  const renamed = new Map<string, SourceCurve>();
  for (const [theirs, curve] of run.curves) {
    const name = toMetricName(theirs);
    if (renamed.has(name))
      problems.push({
        path: run.place,
        message: `found two metrics that would both be ${name}, wanted one: one of them needs a --map`,
      });
    renamed.set(name, curve);
  }
  run.curves = renamed;
}

/** More than a definition may name. */
const MAX_METRICS = 100;

function problemsOfNames(names: readonly string[]): Problem[] {
  const wrong = names.filter((name) => !isMetricName(name));
  const problems = wrong.map((name) => ({
    path: 'metrics',
    message: `found ${toFound(name)}, wanted a name of at most ${MAX_METRIC_NAME} characters: --map it`,
  }));
  if (names.length <= MAX_METRICS) return problems;
  const message = `found ${names.length}, wanted at most ${MAX_METRICS}: --ignore 'layers/*' leaves some out`;
  return [...problems, { path: 'metrics', message }];
}

function problemsOfWanted({ metric, minimize, maximize }: Wanted, names: readonly string[]): Problem[] {
  const asked = [
    ...(metric === null ? [] : [['--metric', metric] as const]),
    ...minimize.map((name) => ['--minimize', name] as const),
    ...maximize.map((name) => ['--maximize', name] as const),
  ];
  const others = (name: string) => toSuggestion(name, names) || `: ${names.slice(0, 10).join(', ')}`;
  return asked
    .filter(([, name]) => !names.includes(name))
    .map(([path, name]) => ({ path, message: `found ${toFound(name)}, wanted a metric of the runs${others(name)}` }));
}

/** What Cosweep shows in percent is a share from 0 to 1. */
function problemsOfShares(runs: readonly SourceRun[]): Problem[] {
  const isNone = (value: number) => value > 1 || value < 0;
  return METRICS.filter(({ unit }) => unit === '%').flatMap(({ name }) => {
    const large = runs.find((run) => run.curves.get(name)?.values.some(isNone));
    if (large === undefined) return [];
    const found = large.curves.get(name)!.values.find(isNone);
    const other = name.replace('accuracy', 'acc');
    const remedy = `mapped to another name (${other}) it may be any`;
    return [{ path: large.place, message: `found ${name} = ${found}, wanted a share from 0 to 1; ${remedy}` }];
  });
}

function nothingDecides(names: readonly string[]): Problem {
  const test = names.find((name) => readMetricWords(name).part === 'test');
  const remedy =
    test === undefined
      ? '--metric NAME'
      : `where the test part did the choosing it is a validation part: --map ${test}=${test.replace(/test/i, 'val')}`;
  return {
    path: 'metrics',
    message: `found ${names.slice(0, 5).join(', ')}, wanted one that may decide; ${remedy}`,
  };
}

function goalIn(name: string, { minimize, maximize }: Wanted, theirs: ReadonlyMap<string, Goal>): Goal {
  if (minimize.includes(name)) return 'minimize';
  if (maximize.includes(name)) return 'maximize';
  return theirs.get(name) ?? readMetricWords(name).goal;
}

/** Accuracies that are shares are shown in percent, as Cosweep's own are. */
function unitOf(name: string, runs: readonly SourceRun[]): { unit?: string } {
  if (METRICS.some((known) => known.name === name) || !/acc/i.test(name)) return {};
  const isShare = runs.every(
    ({ curves }) => curves.get(name)?.values.every((value) => !(value > 1 || value < 0)) ?? true,
  );
  return isShare ? { unit: '%' } : {};
}
