import { type Problem, toPath } from '../problem.ts';
import { wrongValue } from '../schema/issues.ts';
import { isObject } from './written-parameter.ts';

/** Deeper than any definition; keeps hostile input from exhausting the stack. */
export const MAX_DEPTH = 64;
export const TOO_DEEP = `found more than ${MAX_DEPTH} levels of brackets, wanted a sweep definition`;

/** Entries of all lists and objects together. */
export const MAX_ENTRIES = 150_000;
const MAX_TEXT = 10_000;

/** More values of one parameter than any plan can hold. */
export const MAX_VALUES = 100_000;
/** Values that all parameters list together, or that a grid takes of their ranges. */
export const MAX_ALL_VALUES = 200_000;
/** More seeds than anybody trains. */
export const MAX_SEEDS = 100_000;
/** A text that is a value becomes part of the names of arms. */
export const MAX_TEXT_VALUE = 500;
export const MAX_INCLUDED = 10_000;
const MAX_CONSTRAINT_LENGTH = 1_000;
/** A text of `training`: the paths of data. */
const MAX_PATH = 1_000;
const MAX_STEPS = 100;
/** The layers of all lists of a network together, as written. */
const MAX_LAYERS = 1_000;
/** Wrong entries of lists beyond which the rest of a definition is not looked at. */
const MAX_WRONG_ENTRIES = 100;

/** The most entries of the lists and objects of a definition. There are fewer settings than parameters may be. */
const MAX_LENGTHS = {
  metrics: 100,
  parameters: 100,
  constraints: 100,
  include: MAX_INCLUDED,
  exclude: 1_000,
  ablations: 100,
  seeds: MAX_SEEDS,
};

/**
 * What keeps a value from being looked at any further: it is nested too deep, or holds more than any definition. It is
 * asked first, since whatever else looks at a value calls itself for what is nested in it.
 */
export function problemOfNesting(value: unknown): Problem | null {
  const open: [value: unknown, depth: number][] = [[value, 0]];
  let entries = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [container, depth] = next;
    if (typeof container !== 'object' || container === null) continue;
    if (depth >= MAX_DEPTH) return { path: '', message: TOO_DEEP };
    for (const [key, inner] of Object.entries(container)) {
      if (++entries > MAX_ENTRIES)
        return { path: '', message: `found more than ${MAX_ENTRIES} entries, wanted a sweep definition` };
      if (key.length > MAX_TEXT || (typeof inner === 'string' && inner.length > MAX_TEXT))
        return { path: '', message: `found a text of more than ${MAX_TEXT} characters, wanted a sweep definition` };
      open.push([inner, depth + 1]);
    }
  }
  return null;
}

/** Everything that a definition holds too much of. Where there is such a problem, the rest is not looked at. */
export function problemsOfSize(raw: Record<string, unknown>): Problem[] {
  const problems: Problem[] = [];
  const report = (path: PropertyKey[], found: number, wanted: number, what = 'entries') => {
    if (found > wanted)
      problems.push({ path: toPath(path), message: `found ${found} ${what}, wanted at most ${wanted}` });
  };
  for (const [key, most] of Object.entries(MAX_LENGTHS)) report([key], lengthOf(raw[key]), most);
  if (problems.length > 0) return problems;
  for (const [i, text] of listOf(raw.constraints).entries())
    report(['constraints', i], textLength(text), MAX_CONSTRAINT_LENGTH, 'characters');
  for (const [name, parameter] of Object.entries(isObject(raw.parameters) ? raw.parameters : {})) {
    if (!isObject(parameter)) continue;
    const root = ['parameters', name];
    report([...root, 'value'], textLength(parameter.value), MAX_TEXT_VALUE, 'characters');
    report([...root, 'values'], lengthOf(parameter.values), MAX_VALUES);
    report([...root, 'probabilities'], lengthOf(parameter.probabilities), MAX_VALUES);
    for (const [i, value] of listOf(parameter.values).entries())
      report([...root, 'values', i], textLength(value), MAX_TEXT_VALUE, 'characters');
  }
  for (const [path, value] of textsOf(raw.training, ['training'])) report(path, value.length, MAX_PATH, 'characters');
  const { optimizer, model } = isObject(raw.training) ? raw.training : {};
  report(['training', 'model', 'layers'], isObject(model) ? countLayers(model.layers) : 0, MAX_LAYERS, 'layers');
  report(['training', 'optimizer', 'steps'], isObject(optimizer) ? lengthOf(optimizer.steps) : 0, MAX_STEPS);
  if (problems.length > 0) return problems;
  const wrong = wrongEntries(raw);
  return wrong.length > MAX_WRONG_ENTRIES ? wrong : [];
}

/** Entries that are no single values, where only single values may be. The validator takes long over each of many. */
function wrongEntries(raw: Record<string, unknown>): Problem[] {
  const places: [path: PropertyKey[], entries: unknown][] = [
    [['seeds'], raw.seeds],
    ...(['include', 'exclude'] as const).flatMap((key) =>
      listOf(raw[key]).map((entry, i): [PropertyKey[], unknown] => [[key, i], entry]),
    ),
    ...listOf(raw.ablations).map((entry, i): [PropertyKey[], unknown] => [
      ['ablations', i, 'set'],
      isObject(entry) ? entry.set : null,
    ]),
    ...Object.entries(isObject(raw.parameters) ? raw.parameters : {}).flatMap(([name, parameter]) =>
      (['values', 'probabilities'] as const).map((key): [PropertyKey[], unknown] => [
        ['parameters', name, key],
        isObject(parameter) ? parameter[key] : null,
      ]),
    ),
  ];
  return places.flatMap(([path, entries]) =>
    typeof entries !== 'object' || entries === null
      ? []
      : Object.entries(entries).flatMap(([key, value]) =>
          typeof value === 'object' && value !== null
            ? [wrongValue([...path, Array.isArray(entries) ? Number(key) : key], value, 'a single value')]
            : [],
        ),
  );
}

/** The entries of a list and of the lists in its entries. */
function countLayers(list: unknown): number {
  return listOf(list).reduce<number>((sum, layer) => {
    const inner = isObject(layer) ? [layer.residual, layer.shortcut, layer.layers] : [];
    return inner.reduce<number>((count, each) => count + countLayers(each), sum + 1);
  }, 0);
}

/** The texts in an object, also in the objects that it holds. */
function textsOf(value: unknown, path: PropertyKey[]): [path: PropertyKey[], text: string][] {
  if (typeof value === 'string') return [[path, value]];
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key])) : [];
}

const lengthOf = (value: unknown) =>
  Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textLength = (value: unknown) => (typeof value === 'string' ? value.length : 0);
