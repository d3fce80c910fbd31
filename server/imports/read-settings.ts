import type { Assignment, ParamValue } from '../sweep/arm.ts';
import { toCanonicalJson } from '../sweep/canonical-json.ts';
import { isLossParameter, toParameterName } from '../sweep/parameter-names.ts';
import { type Problem, toFound } from '../sweep/problem.ts';
import { SEED_NAME } from './known-names.ts';
import type { SourceRun } from './source.ts';

/** What runs were trained with, under Cosweep's names. */
export interface ReadSettings {
  /** Of each run, in their order. */
  assignments: Assignment[];
  seeds: number[];
  /** The same for a run whenever it is read again, whatever else is read with it; of two runs never. */
  identities: string[];
  problems: Problem[];
  notes: string[];
}

/** Reads the parameters and the seeds of runs: what is not one of the five numbers is a setting. */
export function readSettings(runs: readonly SourceRun[]): ReadSettings {
  const problems: Problem[] = [];
  const written = [...new Set(runs.flatMap(({ parameters }) => Object.keys(parameters)))];
  const seed = seedName(written, problems);
  const names = new Map(written.filter((name) => name !== seed).map((name) => [name, toSettingName(name)]));
  problems.push(...problemsOfNames(names), ...problemsOfPhase(names));
  const assignments = runs.map((run) => toAssignment(run, names, problems));
  const given = seed === undefined ? null : seedsOf(runs, seed, problems);
  const { seeds, note } = given === null ? unseeded(runs, assignments) : withoutLonely(given, runs, assignments);
  return {
    assignments,
    seeds,
    identities: identitiesOf(runs, assignments, given?.seeds ?? null),
    problems,
    notes: note === null ? [] : [note],
  };
}

function seedName(names: readonly string[], problems: Problem[]): string | undefined {
  if (names.includes('seed')) return 'seed';
  const found = names.filter((name) => SEED_NAME.test(name));
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

/** N and ε are those of the phase that β weighs. Elsewhere they are other things. */
function problemsOfPhase(names: ReadonlyMap<string, string>): Problem[] {
  const known = [...names.values()];
  if (known.includes('beta')) return [];
  return [...names]
    .filter(([, name]) => name === 'N' || name === 'epsilon')
    .map(([theirs]) => ({
      path: `parameter ${toFound(theirs)}`,
      message: `found it without beta, wanted both; where it is something else: --map ${theirs}=training.${theirs}`,
    }));
}

function toAssignment(
  { parameters, place }: SourceRun,
  names: ReadonlyMap<string, string>,
  problems: Problem[],
): Assignment {
  const assignment: Assignment = {};
  for (const [theirs, name] of names) assignment[name] = parameters[theirs] ?? null;
  return judgeNumbers(assignment, place, problems);
}

/** Without the phase, tables of results leave ε and N empty. */
function judgeNumbers(assignment: Assignment, place: string, problems: Problem[]): Assignment {
  const isWithout = assignment['beta'] === 0;
  for (const name of Object.keys(assignment).filter(isLossParameter)) {
    const value = assignment[name]!;
    const wanted = name === 'N' ? 'a whole number of batches' : 'a number';
    if (value === null && isWithout && (name === 'N' || name === 'epsilon')) assignment[name] = 0;
    else if (!isNumber(name, value))
      problems.push({ path: place, message: `found ${name} = ${toFound(value)}, wanted ${wanted} ≥ 0` });
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
  const note = `${name} is the seed; --map ${name}=training.${name} makes it a setting.`;
  return { seeds, note: name === 'seed' ? null : note };
}

/** Arms × seeds are so many times the runs where each point was drawn with a seed of its own. */
const MOST_PLANNED = 3;

function withoutLonely(given: Seeds, runs: readonly SourceRun[], assignments: readonly Assignment[]): Seeds {
  const arms = new Set(assignments.map(inForce));
  if (arms.size * new Set(given.seeds).size < MOST_PLANNED * runs.length) return given;
  return {
    seeds: counted(runs, assignments),
    note: 'Most runs have settings and a seed of their own, so that hardly two are a pair: their seeds are left aside.',
  };
}

function unseeded(runs: readonly SourceRun[], assignments: readonly Assignment[]): Seeds {
  return {
    seeds: counted(runs, assignments),
    note:
      'No parameter is called seed: runs of the same settings are numbered 0, 1, …, so that pairs have no seed in ' +
      'common. Their tests hold, and see less than those of true pairs.',
  };
}

/** Runs of the same settings by number, those that came to their end first. */
function counted(runs: readonly SourceRun[], assignments: readonly Assignment[]): number[] {
  const counts = new Map<string, number>();
  const seeds = runs.map(() => 0);
  const isFailed = (i: number) => Number(runs[i]!.failure !== null);
  for (const i of [...runs.keys()].sort((a, b) => isFailed(a) - isFailed(b) || a - b)) {
    const key = inForce(assignments[i]!);
    seeds[i] = counts.get(key) ?? 0;
    counts.set(key, seeds[i] + 1);
  }
  return seeds;
}

/** Equal for the same settings; without the phase N and ε say nothing. */
function inForce({ N, epsilon, ...rest }: Assignment): string {
  return toCanonicalJson(rest['beta'] === 0 ? rest : { ...rest, N, epsilon });
}

/** By its tool's own name for it; else by what it was trained with, counted where that is the same. */
function identitiesOf(
  runs: readonly SourceRun[],
  assignments: readonly Assignment[],
  seeds: readonly number[] | null,
): string[] {
  const counts = new Map<string, number>();
  return runs.map(({ id }, i) => {
    const given = Object.entries(assignments[i]!).filter(([, value]) => value !== null);
    const name = toCanonicalJson(id !== null ? { id } : { ...Object.fromEntries(given), seed: seeds?.[i] ?? null });
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return `${name} ${count}`;
  });
}
