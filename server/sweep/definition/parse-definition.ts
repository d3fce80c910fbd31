import { z } from 'zod';
import { ABLATIONS } from '../space/ablations.ts';
import { problemsOfAblations } from '../problems/ablation-problems.ts';
import type { ParamValue } from '../arm.ts';
import {
  problemsOfControl,
  problemsOfExclude,
  problemsOfInclude,
  toAssignment,
} from '../problems/assignment-problems.ts';
import { isOrdering, ORDERING } from '../space/constraint.ts';
import { parseConstraints } from '../problems/constraint-problems.ts';
import type { Definition, Parameter } from '../space/definition.ts';
import { definitionShape } from '../schema/definition-schema.ts';
import { problemsOf, withoutRepeats } from '../schema/issues.ts';
import { readOwnMetrics } from '../problems/metric-problems.ts';
import { isBelow, makeJudge } from '../problems/judge.ts';
import { parseJson } from './json.ts';
import { toSeeds } from './part.ts';
import { goalOf, parseMetric } from '../metrics.ts';
import { isSettingName } from '../parameter-names.ts';
import { makeProgramJudge } from '../problems/program-judge.ts';
import { problemsOfProgram, problemsWithoutProgram } from '../problems/program-problems.ts';
import { makeImportJudge, problemsOfImport } from '../problems/import-problems.ts';
import { type Trainer, trainerOf } from '../space/trainer.ts';
import { importedTrainingSchema } from '../schema/imported-schema.ts';
import { programTrainingSchema } from '../schema/program-schema.ts';
import { problemsOfParameters } from '../problems/parameter-problems.ts';
import { DefinitionError, type Problem, toFound, toPath } from '../problem.ts';
import { sampleValues } from '../problems/sample-values.ts';
import { problemOfNesting, problemsOfSize } from '../problems/size-limits.ts';
import { problemsOfSearch } from '../problems/search-problems.ts';
import { assignSettings, type Sections } from '../problems/settings-assignment.ts';
import { brokenRules } from '../schema/settings-rules.ts';
import { isObject, readParameters, type WrittenParameter } from '../problems/written-parameter.ts';

export type Parsed = { definition: Definition; problems?: undefined } | { definition?: undefined; problems: Problem[] };

/** Reads the text of a sweep definition: the definition, or every mistake in it. */
export function parseDefinition(text: string): Parsed {
  const json = parseJson(text);
  return 'problem' in json ? { problems: [json.problem] } : parseDefinitionValue(json.value);
}

/** As `parseDefinition`, but throws a `DefinitionError`, which names `source` (a file) and every mistake. */
export function readDefinition(text: string, source: string): Definition {
  const parsed = parseDefinition(text);
  if (parsed.problems) throw new DefinitionError(`Cannot read the sweep definition ${source}`, parsed.problems);
  return parsed.definition;
}

/** As `parseDefinition`, for a definition that came as JSON inside something else. */
export function parseDefinitionValue(raw: unknown): Parsed {
  const nesting = problemOfNesting(raw);
  if (nesting !== null) return { problems: [nesting] };
  if (!isObject(raw))
    return {
      problems: [
        { path: '', message: `found ${toFound(raw)}, wanted an object with name, method, parameters, training` },
      ],
    };
  const tooMuch = problemsOfSize(raw);
  if (tooMuch.length > 0) return { problems: tooMuch };
  return parseObject(raw);
}

/** W&B's sweeps may leave the method out; how many arms to draw is asked of a random search alone. */
function methodOf({ runCap, run_cap: snakeCap }: Record<string, unknown>): Definition['method'] {
  return runCap === undefined && snakeCap === undefined ? 'grid' : 'random';
}

function parseObject(written: Record<string, unknown>): Parsed {
  const raw: Record<string, unknown> = { ...written, method: written.method ?? methodOf(written) };
  const parameters = readParameters(raw.parameters);
  const trainer = trainerOf(raw);
  const isCosweep = trainer === 'cosweep';
  const sections = withFirstValues(raw, parameters);
  const unit = parameters.find(({ name }) => name === 'N')?.unit ?? 'batches';
  const judge = isCosweep ? makeJudge(sections, unit) : JUDGES[trainer](writtenSections(raw) as Sections, unit);
  const implied = isCosweep ? ['gamma'] : [];
  const { constraints, problems: constraintProblems } = parseConstraints(raw.constraints, parameters, implied);
  const problems = withoutRepeats([
    ...shapeProblems({ ...raw, ...sections }, parameters),
    ...problemsOfSearch(raw),
    ...(isObject(raw.parameters) ? problemsOfParameters(parameters, raw.method, judge, !isCosweep) : []),
    ...constraintProblems,
    ...problemsOfInclude(raw.include, parameters, judge),
    ...problemsOfExclude(raw.exclude, parameters, judge),
    ...problemsOfAblations(raw.ablations, judge),
    ...problemsOfControl(raw.control, parameters, judge),
    ...trainerProblems(written, parameters),
    ...ruleProblems(sections, parameters),
  ]);
  if (problems.length > 0) return { problems };
  return { definition: buildDefinition(raw, parameters, constraints) };
}

const JUDGES = { program: makeProgramJudge, elsewhere: makeImportJudge };

function trainerProblems(raw: Record<string, unknown>, parameters: readonly WrittenParameter[]): Problem[] {
  const trainer = trainerOf(raw);
  if (trainer === 'elsewhere') return problemsOfImport(raw, parameters);
  return trainer === 'program' ? problemsOfProgram(raw, parameters) : problemsWithoutProgram(raw);
}

/**
 * `loss` and `training` with the first value of every swept setting, so that a setting that is only swept does not
 * count as missing.
 */
function withFirstValues(raw: Record<string, unknown>, parameters: readonly WrittenParameter[]): Sections {
  const written = writtenSections(raw);
  const swept = parameters.flatMap(({ name, space }) => {
    const first = space !== null && isSettingName(name) ? firstValue(space) : undefined;
    return first === undefined ? [] : [[name, first] as const];
  });
  return assignSettings(written as Sections, swept);
}

function writtenSections(raw: Record<string, unknown>): Partial<Sections> {
  return {
    ...('loss' in raw ? { loss: raw.loss } : {}),
    ...('training' in raw ? { training: raw.training } : {}),
  } as Partial<Sections>;
}

/** Parameters are read one by one, by `readParameter`; the shape does not read them a second time. */
const checkedShape = definitionShape.extend({
  parameters: z.record(z.string(), z.unknown(), 'an object of parameters'),
});

const SHAPES = {
  cosweep: checkedShape,
  program: checkedShape.extend({ training: programTrainingSchema }),
  elsewhere: checkedShape.extend({ training: importedTrainingSchema }),
};

function firstValue(space: NonNullable<WrittenParameter['space']>): ParamValue | undefined {
  return sampleValues(space, 'random')[0]?.value;
}

/** Problems of the definition's shape. A value of a swept setting is judged with its parameter, not here. */
function shapeProblems(assigned: Record<string, unknown>, parameters: readonly WrittenParameter[]): Problem[] {
  const swept = parameters.filter(({ name }) => isSettingName(name)).map(({ name }) => toPath(name.split('.')));
  return problemsOf(SHAPES[trainerOf(assigned)], assigned).filter(
    ({ path }) => !swept.some((name) => isBelow(path, name)),
  );
}

/**
 * Broken rules between settings of which none is swept. Rules about a swept setting are judged arm by arm when the
 * sweep is planned.
 */
function ruleProblems({ loss, training }: Sections, parameters: readonly WrittenParameter[]): Problem[] {
  const isSwept = (key: string) => parameters.some(({ name }) => name === key || key.startsWith(`${name}.`));
  return brokenRules(loss, training)
    .filter(({ keys }) => isObject(training) && !keys.some(isSwept))
    .map(({ path, message }) => ({ path, message }));
}

function buildDefinition(
  raw: Record<string, unknown>,
  written: readonly WrittenParameter[],
  constraints: Definition['constraints'],
): Definition {
  const {
    name,
    description,
    method,
    metric,
    metrics,
    seeds,
    ablations,
    include,
    exclude,
    control,
    runCap,
    run_cap: snakeCap,
    samplerSeed,
  } = checkedShape.omit({ loss: true, training: true }).parse(without(raw, ['loss', 'training']));
  const trainer = trainerOf(raw);
  const own = readOwnMetrics(metrics);
  const found = parseMetric(metric.name, own);
  if ('problem' in found) throw new Error(found.problem);
  return {
    name,
    description,
    method: method!,
    metric: { name: metric.name, goal: metric.goal ?? goalOf(found.metric) },
    metrics: own,
    parameters: buildParameters(written, trainer),
    constraints:
      constraints.some(isOrdering) || !isOrdered(written, trainer) ? constraints : [ORDERING, ...constraints],
    include: include.map(toAssignment),
    exclude: exclude.map(toAssignment),
    seeds: toSeeds(seeds),
    ablations: (raw.ablations === undefined && !isPhased(written, trainer) ? [] : ablations).map((entry) =>
      typeof entry === 'string'
        ? ABLATIONS.find((known) => known.name === entry)!
        : { name: entry.name, set: toAssignment(entry.set) },
    ),
    control: control === undefined ? null : toAssignment(control),
    trainer,
    runCap: runCap ?? snakeCap ?? null,
    samplerSeed: samplerSeed ?? 0,
    loss: (raw.loss ?? {}) as Record<string, unknown>,
    training: (raw.training ?? {}) as Record<string, unknown>,
  };
}

/** For a program γ > α > β is in force where all three exist. What is trained already breaks no rule any more. */
function isOrdered(written: readonly WrittenParameter[], trainer: Trainer): boolean {
  if (trainer !== 'program') return trainer === 'cosweep';
  return ['alpha', 'beta', 'gamma'].every((name) => written.some((each) => each.name === name));
}

/** Without β there is no phase to leave out; and nothing is left out of what is trained already. */
function isPhased(written: readonly WrittenParameter[], trainer: Trainer): boolean {
  if (trainer !== 'program') return trainer === 'cosweep';
  return written.some(({ name }) => name === 'beta');
}

function buildParameters(written: readonly WrittenParameter[], trainer: Trainer): Parameter[] {
  const parameters = written.map(({ name, unit, space }) => ({ name, unit, space: space! }));
  return trainer !== 'cosweep' || parameters.some(({ name }) => name === 'gamma')
    ? parameters
    : [...parameters, { name: 'gamma', unit: null, space: { distribution: 'constant', value: 1 } }];
}

function without(object: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
