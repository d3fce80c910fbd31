import type { Assignment, ParamValue } from '../sweep/arm.ts';
import { toCanonicalJson } from '../sweep/canonical-json.ts';
import { isLossParameter, toParameterName } from '../sweep/parameter-names.ts';
import { type Problem, toFound } from '../sweep/problem.ts';
import type { SourceRun } from './source.ts';

/** What runs were trained with, under Cosweep's names. */
export interface ReadSettings {
  /** Of each run, in their order. */
  assignments: Assignment[];
  seeds: number[];
  problems: Problem[];
  notes: string[];
}

/** What others call the seed. */
const SEED = /^(.*[./])?(seed|random_seed|manual_seed|rng_seed|random_state|training_seed)$/i;

/** Reads the parameters and the seeds of runs: what is not one of the five numbers is a setting. */
export function readSettings(runs: readonly SourceRun[]): ReadSettings {
  const problems: Problem[] = [];
  const written = [...new Set(runs.flatMap(({ parameters }) => Object.keys(parameters)))];
  const seed = seedName(written, problems);
  const names = new Map(written.filter((name) => name !== seed).map((name) => [name, toSettingName(name)]));
  problems.push(...problemsOfNames(names));
  const assignments = runs.map((run) => toAssignment(run, names, problems));
  const given = seed === undefined ? null : seedsOf(runs, seed, problems);
  const { seeds, note } = given === null ? counted(assignments) : withoutLonely(given, assignments);
  return { assignments, seeds, problems, notes: note === null ? [] : [note] };
}

function seedName(names: readonly string[], problems: Problem[]): string | undefined {
  if (names.includes('seed')) return 'seed';
  const found = names.filter((name) => SEED.test(name));
  if (found.length > 1)
    problems.push({
      path: 'seed',
      message: `found ${found.map((name) => JSON.stringify(name)).join(' and ')}, wanted one: --map ${found[0]}=seed`,
    });
  return found[0];
}

/** `lr` → `training.lr`; `optimizer/lr` → `training.optimizer.lr` */
function toSettingName(theirs: string): string {
  const name = toParameterName(theirs);
  if (isLossParameter(name)) return name;
  const own = name.startsWith('training.') ? name.slice('training.'.length) : name;
  const words = own.split(/[./]/).map((word) => word.replace(/[^\p{L}\p{N}_-]+/gu, '_'));
  return ['training', ...words.filter((word) => word !== '')].join('.');
}

/** Names of `training` that say what was imported, and those that JavaScript gives a meaning. */
const TAKEN = ['imported', 'batches', 'evalEvery', 'program', 'dataset', '__proto__', 'constructor', 'prototype'];

function problemsOfNames(names: ReadonlyMap<string, string>): Problem[] {
  const byName = new Map<string, string>();
  const problems: Problem[] = [];
  const say = (theirs: string, found: string) =>
    problems.push({ path: `parameter ${toFound(theirs)}`, message: `${found}: --map ${theirs}=training.OTHER` });
  for (const [theirs, name] of names) {
    const twin = byName.get(name);
    if (twin !== undefined) say(theirs, `found ${toFound(twin)} too, which would have the same name, ${name}`);
    byName.set(name, theirs);
    if (name.split('.').some((word) => TAKEN.includes(word)))
      say(theirs, 'found a name that Cosweep has for something else, wanted another');
    const below = [...names.values()].find((other) => other.startsWith(`${name}.`));
    if (below !== undefined) say(theirs, `found ${below} too, which would be a part of it`);
  }
  return problems;
}

function toAssignment(
  { parameters, place }: SourceRun,
  names: ReadonlyMap<string, string>,
  problems: Problem[],
): Assignment {
  const assignment: Assignment = {};
  for (const [theirs, name] of names) {
    assignment[name] = parameters[theirs] ?? null;
  }
  return judgeNumbers(assignment, place, problems);
}

/** Without the phase, tables of results leave ε and N empty. */
function judgeNumbers(assignment: Assignment, place: string, problems: Problem[]): Assignment {
  const isWithout = assignment.beta === 0;
  for (const name of Object.keys(assignment).filter(isLossParameter)) {
    const value = assignment[name]!;
    if (value === null && isWithout && (name === 'N' || name === 'epsilon')) assignment[name] = 0;
    else if (!isNumber(name, value))
      problems.push({
        path: place,
        message:
          `found ${name} = ${toFound(value)}, ` +
          `wanted ${name === 'N' ? 'a whole number of batches' : 'a number'} ≥ 0`,
      });
  }
  return assignment;
}

function isNumber(name: string, value: ParamValue): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return false;
  return name !== 'N' || Number.isSafeInteger(value);
}

interface Seeds {
  seeds: number[];
  note: string | null;
}

function seedsOf(runs: readonly SourceRun[], name: string, problems: Problem[]): Seeds {
  const seeds = runs.map(({ parameters, place }) => {
    const seed = parameters[name] ?? null;
    if (typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0) return seed;
    problems.push({ path: place, message: `found seed ${toFound(seed)}, wanted a whole number ≥ 0` });
    return 0;
  });
  return {
    seeds,
    note: name === 'seed' ? null : `${name} is the seed; --map ${name}=training.${name} makes it a setting.`,
  };
}

/** A random search may draw a seed for each point: no arm has two runs, and no two arms a seed in common. */
function withoutLonely(given: Seeds, assignments: readonly Assignment[]): Seeds {
  const arms = new Set(assignments.map(toCanonicalJson));
  if (arms.size < assignments.length || new Set(given.seeds).size < given.seeds.length) return given;
  const note = 'Every run has settings and a seed of its own, so that no two are a pair: their seeds are left aside.';
  return assignments.length < 2 ? given : { seeds: given.seeds.map(() => 0), note };
}

/** Runs without seeds are numbered in the order in which they come. */
function counted(assignments: readonly Assignment[]): Seeds {
  const counts = new Map<string, number>();
  const seeds = assignments.map((assignment) => {
    const key = toCanonicalJson(assignment);
    const seed = counts.get(key) ?? 0;
    counts.set(key, seed + 1);
    return seed;
  });
  const note =
    'No parameter is called seed: runs of the same settings are numbered 0, 1, …, so that pairs have no seed in ' +
    'common. Their tests hold, and see less than those of true pairs.';
  return { seeds, note };
}
