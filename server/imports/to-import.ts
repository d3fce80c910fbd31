import type { Assignment, ParamValue } from '../sweep/arm.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import { isLossParameter } from '../sweep/parameter-names.ts';
import { planSweep } from '../sweep/plan/plan-sweep.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import { hashOfRuns } from './hash-of-runs.ts';
import type { ImportOptions } from './import-options.ts';
import { problemsOfSize } from './import-size.ts';
import { placeRuns, type PlacedRun } from './place-runs.ts';
import { readControl } from './read-control.ts';
import { readLength } from './read-length.ts';
import { readMetrics } from './read-metrics.ts';
import { readSettings } from './read-settings.ts';
import type { Source, SourceRun } from './source.ts';

/** Results as a sweep: its definition, its plan, and what each planned run recorded. */
export interface Import {
  definition: string;
  plan: Plan;
  runs: PlacedRun[];
  /** What whoever imports them should know, one sentence each. */
  notes: string[];
}

/**
 * Makes a sweep of results: each assignment of parameters is an arm, each seed of it a run.
 *
 * @throws DefinitionError with everything that is wrong
 */
export function toImport(source: Source, options: ImportOptions): Import {
  const { runs, notes: left } = withoutEmpty(source.runs);
  const metrics = readMetrics({ ...source, runs }, options);
  const settings = readSettings(runs);
  const { control, problems } = readControl(options.control, settings.assignments);
  const length = readLength(runs, settings.assignments);
  const found = [...metrics.problems, ...settings.problems, ...problems, ...length.problems];
  refuse(options, found.length > 0 ? found : problemsOfSize(settings.assignments));
  const definition = JSON.stringify(
    {
      name: options.name,
      description: `Imported from ${options.path}`,
      metric: metrics.metric,
      metrics: metrics.metrics,
      ...parametersOf(settings.assignments),
      seeds: [...new Set(settings.seeds)].sort((a, b) => a - b),
      ...(control === null ? {} : { control }),
      training: {
        imported: { from: options.from, path: options.path, hash: hashOfRuns(runs) },
        batches: length.batches,
        ...constants(settings.assignments),
      },
    },
    null,
    2,
  );
  const plan = planSweep(readDefinition(definition, `of ${options.path}`), { batchesPerEpoch: () => NaN });
  const placed = placeRuns(runs, settings, plan);
  refuse(options, placed.problems);
  const notes = [...source.notes, ...left, ...settings.notes, ...metrics.notes, ...placed.notes];
  return { definition, plan, runs: placed.runs, notes: [...notes, ...noteControls(plan), ...noteAlone(settings)] };
}

function refuse({ path }: ImportOptions, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new DefinitionError(`Cannot import ${path}`, problems);
}

/** What ended before it recorded anything is no result. */
function withoutEmpty(all: readonly SourceRun[]): { runs: SourceRun[]; notes: string[] } {
  const runs = all.filter(({ curves, failure }) => curves.size > 0 || failure === null);
  const left = all.length - runs.length;
  if (left === 0) return { runs, notes: [] };
  const which = left === 1 ? '1 run that failed has no value and is' : `${left} runs that failed have no value and are`;
  return { runs, notes: [`${which} left out.`] };
}

/** Settings that all runs have in common are no parameters; the five numbers are declared by being ones. */
function isParameter(name: string, assignments: readonly Assignment[]): boolean {
  return isLossParameter(name) || assignments.some((assignment) => assignment[name] !== assignments[0]![name]);
}

function parametersOf(assignments: readonly Assignment[]): object {
  const names = Object.keys(assignments[0]!).filter((name) => isParameter(name, assignments));
  const parameters = names.map((name) => [name, { values: distinct(assignments.map((each) => each[name]!)) }] as const);
  const points = new Map<string, Assignment>();
  for (const assignment of assignments) {
    const point = Object.fromEntries(names.map((name) => [name, assignment[name]!]));
    points.set(JSON.stringify(point), point);
  }
  return { parameters: Object.fromEntries(parameters), include: [...points.values()] };
}

/** Numbers in their order, everything else as it comes. */
function distinct(values: readonly ParamValue[]): ParamValue[] {
  const found = [...new Set(values)];
  return found.every((value) => typeof value === 'number') ? found.sort((a, b) => a - b) : found;
}

/** The settings that all runs have in common, as nested objects. */
function constants(assignments: readonly Assignment[]): Record<string, unknown> {
  const training: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(assignments[0]!)) {
    if (isParameter(name, assignments)) continue;
    const [, ...words] = name.split('.');
    let inner = training;
    for (const word of words.slice(0, -1)) inner = (inner[word] ??= {}) as Record<string, unknown>;
    inner[words.at(-1)!] = value;
  }
  return training;
}

function noteControls({ arms }: Plan): string[] {
  if (arms.some(({ controlIndex }) => controlIndex !== null)) return [];
  return [
    arms.some(({ control }) => control)
      ? 'No arm has a control with the same other settings, so nothing is compared.'
      : 'No arm is a control, so nothing is compared: --control names what controls have, such as "dropout == 0".',
  ];
}

/**
 * What every run has for itself (its name, its folder, something measured) keeps runs of different seeds from being one
 * arm. Numbers may have been drawn: they are pointed out where there are seeds to compare by.
 */
function noteAlone({ assignments, seeds }: { assignments: readonly Assignment[]; seeds: readonly number[] }): string[] {
  if (assignments.length < 3) return [];
  const isSeeded = new Set(seeds).size > 1;
  const alone = Object.keys(assignments[0]!).filter((name) => {
    const values = assignments.map((assignment) => assignment[name]);
    const isOne = new Set(values).size === values.length;
    return isOne && (isSeeded || values.every((value) => typeof value === 'string'));
  });
  return alone.map((name) => {
    const short = name.replace(/^training\./, '');
    return `${short} differs in every run, so each is an arm of its own: --ignore ${short} leaves it out.`;
  });
}
