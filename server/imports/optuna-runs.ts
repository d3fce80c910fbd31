import type { ParamValue } from '../sweep/arm.ts';
import { isLossParameter, isSettingName, toParameterName } from '../sweep/parameter-names.ts';
import type { OptunaStudy, OptunaTrial } from '../sweep/optuna-study.ts';
import { DefinitionError, type Problem, toFound } from '../sweep/problem.ts';
import type { Names } from './names.ts';
import { parsePythonJson } from './python-json.ts';
import { METRIC_OF_PART, SEED_NAME } from './known-names.ts';
import type { Goal, Source, SourceCurve, SourceRun } from './source.ts';

/**
 * The trials of a study as runs: the objectives are metrics at the last batch, what a trial reported on the way is the
 * curve of the first. Of the user's attributes the seed is read, and those that are mapped to something.
 *
 * @param wanted the study's name; null where the file has one alone
 */
export function fromOptuna(path: string, studies: readonly OptunaStudy[], wanted: string | null, names: Names): Source {
  const study = wanted === null && studies.length === 1 ? studies[0] : studies.find(({ name }) => name === wanted);
  const problems: Problem[] = [...names.problems, ...(study === undefined ? [unknownStudy(studies, wanted)] : [])];
  const ended = study?.trials.filter(({ state }) => state !== 'RUNNING' && state !== 'WAITING') ?? [];
  if (study !== undefined && ended.length === 0)
    problems.push({ path: study.name, message: 'found no trial that has ended, wanted one at least' });
  if (problems.length > 0) throw new DefinitionError(`Cannot import ${path}`, problems);
  const objectives = objectivesOf(study!, names);
  return {
    runs: ended.map((trial) => toRun(trial, objectives, names)),
    goals: Object.fromEntries(
      objectives.flatMap(({ name, goal }) =>
        name === null
          ? []
          : [
              [name, goal],
              [`${name}/reported`, goal],
            ],
      ),
    ),
    notes: notesOf(study!.trials.length - ended.length, ended),
  };
}

function notesOf(left: number, ended: readonly OptunaTrial[]): string[] {
  const pruned = ended.filter(({ state }) => state === 'PRUNED').length;
  return [
    ...(left === 0 ? [] : [`${left === 1 ? '1 trial has' : `${left} trials have`} not ended: left out.`]),
    ...(pruned === 0
      ? []
      : [`${pruned} of the trials were pruned by what they reported; those that are left are the better ones.`]),
  ];
}

function unknownStudy(studies: readonly OptunaStudy[], wanted: string | null): Problem {
  const known = studies.map(({ name }) => JSON.stringify(name)).join(', ') || 'none';
  if (wanted !== null) return { path: '--study', message: `found ${toFound(wanted)}, wanted one of ${known}` };
  return { path: '', message: `found ${studies.length} studies (${known}), wanted the name of one: --study NAME` };
}

interface Objective {
  name: string | null;
  goal: Goal;
}

function objectivesOf({ directions, metricNames }: OptunaStudy, names: Names): Objective[] {
  const isAlone = directions.length === 1;
  return directions.map(({ objective, direction }) => ({
    name: names.of(metricNames?.[objective] ?? (isAlone ? 'objective' : `objective${objective}`)),
    goal: direction === 'MINIMIZE' ? 'minimize' : 'maximize',
  }));
}

function toRun(trial: OptunaTrial, objectives: readonly Objective[], names: Names): SourceRun {
  const { number, state, startedAt, completedAt, parameters, attributes } = trial;
  const found = new Map<string, ParamValue>();
  for (const { name: theirs, value, distribution } of parameters) {
    const name = names.of(theirs);
    if (name !== null) found.set(name, chosen(value, distribution));
  }
  const curves = curvesOf(trial, objectives);
  for (const { key, value } of attributes) addAttribute(names.of(key), value, key, found, curves);
  const [start, end] = [startedAt, completedAt].map((time) =>
    time === null ? NaN : Date.parse(`${time}`.replace(' ', 'T')),
  );
  return {
    place: `trial ${number}`,
    id: String(number),
    parameters: Object.fromEntries(found),
    curves,
    failure: FAILURES[state] ?? null,
    startedAt: Number.isFinite(start) ? start! : null,
    seconds: Number.isFinite(end! - start!) ? (end! - start!) / 1000 : null,
  };
}

const FAILURES: Record<string, string> = { FAIL: 'Optuna has it as failed', PRUNED: 'Optuna pruned it' };

function chosen(value: number, distribution: string): ParamValue {
  const { name, attributes } = parsePythonJson(distribution) as { name: string; attributes?: { choices?: unknown[] } };
  if (name !== 'CategoricalDistribution') return value;
  const choice = attributes?.choices?.[value] ?? null;
  return typeof choice === 'object' && choice !== null ? JSON.stringify(choice) : (choice as ParamValue);
}

/** Where the first objective ends on the last value that was reported, both are one curve. */
function curvesOf({ values, reports, state }: OptunaTrial, objectives: readonly Objective[]): Map<string, SourceCurve> {
  const curves = new Map<string, SourceCurve>();
  const last = Math.max(1, reports.at(-1)?.step ?? 1);
  for (const { objective, value } of values) {
    const name = objectives[objective]?.name;
    if (name) curves.set(name, { batches: [last], values: [value ?? NaN] });
  }
  const [first] = objectives as [Objective];
  if (reports.length === 0 || first.name === null) return curves;
  const reported: SourceCurve = {
    batches: reports.map(({ step }) => step),
    values: reports.map(({ value }) => value ?? NaN),
  };
  const end = curves.get(first.name)?.values[0];
  const isSame = state !== 'COMPLETE' || Object.is(end, reported.values.at(-1));
  curves.set(isSame ? first.name : `${first.name}/reported`, reported);
  return curves;
}

/** An attribute that keeps its name says nothing that Cosweep knows, unless it is the seed. */
function addAttribute(
  name: string | null,
  json: string,
  theirs: string,
  parameters: Map<string, ParamValue>,
  curves: Map<string, SourceCurve>,
): void {
  if (name === null || (name === theirs && !SEED_NAME.test(name))) return;
  const value = parsePythonJson(json);
  const isParameter =
    name === 'seed' || SEED_NAME.test(name) || isLossParameter(toParameterName(name)) || isSettingName(name);
  if (isParameter)
    parameters.set(name, typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as ParamValue));
  else if (METRIC_OF_PART.test(name) && typeof value === 'number') {
    const last = [...curves.values()].reduce((most, { batches }) => Math.max(most, batches.at(-1)!), 1);
    curves.set(name, { batches: [last], values: [value] });
  }
}
