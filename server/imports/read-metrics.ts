import { goalOf, METRICS } from '../sweep/metrics.ts';
import { type Problem, toFound } from '../sweep/problem.ts';
import { isMetricName, MAX_METRIC_NAME } from '../sweep/schema/own-metric.ts';
import { toSuggestion } from '../sweep/suggest.ts';
import type { ImportOptions } from './import-options.ts';
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

const LOWER_IS_BETTER =
  /(loss|error|err|perplexity|ppl|entropy|ece|nll|mse|mae|rmse|fid|wer|cer|bpb|regret|cost|time|seconds)$/i;

/** The likeliest metric to decide, best first. The test part decides nothing. */
const DECIDING = [
  /^val\/accuracy$/,
  /^(val|valid|validation|eval|dev)\b.*acc/i,
  /^(?!train|test).*(acc|f1|auc|score|iou)/i,
  /^(val|valid|validation|eval|dev)\b/i,
  /^(?!train|test)/,
  /^train/,
];

/** A metric's name as Cosweep writes it: words of letters and digits with slashes between. */
export function toMetricName(theirs: string): string {
  const words = theirs.split('/').map((word) => word.replace(/[^\p{L}\p{N}_.@-]+/gu, '_').replace(/^_+|_+$/g, ''));
  return words.filter((word) => word !== '').join('/');
}

/** Names the metrics of runs and says which direction of each is better. The runs' curves get the names. */
export function readMetrics({ runs, goals }: Pick<Source, 'runs' | 'goals'>, wanted: Wanted): ImportedMetrics {
  const goalFor = (name: string) => goalIn(name, wanted, goals);
  const problems: Problem[] = [];
  for (const run of runs) rename(run, problems);
  const names = [...new Set(runs.flatMap(({ curves }) => [...curves.keys()]))];
  problems.push(...problemsOfNames(names), ...problemsOfWanted(wanted, names), ...problemsOfShares(runs));
  const main = wanted.metric ?? DECIDING.flatMap((likely) => names.filter((name) => likely.test(name)))[0];
  if (main === undefined && names.length > 0) problems.push(testAlone(names));
  if (names.length === 0) problems.push({ path: '', message: 'found no value of any metric, wanted one at least' });
  const own = names.filter((name) => METRICS.find((known) => known.name === name)?.better == null);
  const written = own.map((name) => [name, { goal: goalFor(name), ...unitOf(name, runs) }] as const);
  const known = METRICS.find(({ name }) => name === main);
  const goal = known?.better != null ? goalOf(known) : goalFor(main ?? '');
  return {
    metric: { name: main ?? '', goal },
    metrics: Object.fromEntries(written),
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
  return asked.flatMap(([path, name]) =>
    names.includes(name)
      ? []
      : [
          {
            path,
            message: `found ${toFound(name)}, wanted a metric of the runs${others(name)}`,
          },
        ],
  );
}

/** What Cosweep shows in percent is a share from 0 to 1. */
function problemsOfShares(runs: readonly SourceRun[]): Problem[] {
  const shares = METRICS.filter(({ unit }) => unit === '%').map(({ name }) => name);
  return shares.flatMap((name) => {
    const large = runs.find((run) => run.curves.get(name)?.values.some((value) => value > 1 || value < 0));
    if (large === undefined) return [];
    const found = large.curves.get(name)!.values.find((value) => value > 1 || value < 0);
    const other = name.replace('accuracy', 'acc');
    return [
      {
        path: large.place,
        message:
          `found ${name} = ${found}, wanted a share from 0 to 1; ` + `--map ${name}=${other} makes it one of your own`,
      },
    ];
  });
}

function testAlone(names: readonly string[]): Problem {
  const [first] = names as [string];
  return {
    path: 'metrics',
    message:
      `found metrics of the test part alone (${names.slice(0, 5).join(', ')}), wanted one that may decide; ` +
      `where it did the choosing it is a validation part: --map ${first}=${first.replace(/^test/, 'val')}`,
  };
}

function goalIn(name: string, { minimize, maximize }: Wanted, goals: Source['goals']): Goal {
  if (minimize.includes(name)) return 'minimize';
  if (maximize.includes(name)) return 'maximize';
  return goals[name] ?? (LOWER_IS_BETTER.test(name) ? 'minimize' : 'maximize');
}

/** Accuracies that are shares are shown in percent, as Cosweep's own are. */
function unitOf(name: string, runs: readonly SourceRun[]): { unit?: string } {
  if (METRICS.some((known) => known.name === name) || !/acc/i.test(name)) return {};
  const isShare = runs.every(
    ({ curves }) => curves.get(name)?.values.every((value) => !(value > 1 || value < 0)) ?? true,
  );
  return isShare ? { unit: '%' } : {};
}
