import { toFound } from '../sweep/problem.ts';
import { type Findings, isObject } from './findings.ts';

export type Scalar = number | string | boolean | null;

/** One parameter of W&B's in the words of a definition. */
export interface Parameter {
  /** With dots, where it is nested: `optimizer.lr`. */
  name: string;
  /** What can be listed: one value, or all of them; null for a range. */
  values: Scalar[] | null;
  /** As a definition writes it; null for a single value. */
  space: Record<string, unknown> | null;
  /** A value that it may have. */
  first: Scalar;
}

/** Every parameter, those that are nested by their dotted names. What has no equal in a definition is found. */
export function readParameters(written: unknown, method: unknown, findings: Findings): Parameter[] {
  if (!isObject(written)) {
    findings.add(['parameters'], `found ${shown(written)}, wanted an object of parameters`);
    return [];
  }
  const parameters = readLevel(written, { path: ['parameters'], names: [], method, findings });
  const names = parameters.map(({ name }) => name);
  for (const name of new Set(names)) {
    const twice = names.filter((each) => each === name || each.startsWith(`${name}.`)).length > 1;
    if (twice)
      findings.add(['parameters', name], 'found it in two ways, wanted it once: as a parameter, or as a group of them');
  }
  return parameters;
}

interface Level {
  path: string[];
  names: string[];
  method: unknown;
  findings: Findings;
}

function readLevel(written: Record<string, unknown>, level: Level): Parameter[] {
  const { path, names, method, findings } = level;
  return Object.entries(written).flatMap(([key, inner]) => {
    const below = { ...level, path: [...path, key], names: [...names, key] };
    if (!/^[A-Za-z_][\w.-]*$/.test(key) || key.split('.').some((part) => part === '' || part === '__proto__')) {
      findings.add(below.path, 'found a name that is none of a parameter, wanted letters, digits and _ . -');
      return [];
    }
    if (!isObject(inner)) {
      findings.add(below.path, `found ${shown(inner)}, wanted an object with value, values, or a distribution`);
      return [];
    }
    if (isObject(inner['parameters']))
      return readLevel(inner['parameters'], { ...below, path: [...below.path, 'parameters'] });
    const read = readSpace(inner, below.path, method, findings);
    return read === null ? [] : [{ name: below.names.join('.'), ...read }];
  });
}

type Space = Omit<Parameter, 'name'>;

function readSpace(
  written: Record<string, unknown>,
  path: string[],
  method: unknown,
  findings: Findings,
): Space | null {
  const distribution = written['distribution'] ?? guess(written);
  const read = READERS[distribution as string];
  if (typeof distribution === 'string' && Object.hasOwn(READERS, distribution))
    return read!(written, { path, findings, isGrid: method === 'grid' });
  const wanted = `wanted value, values, or one of ${NAMES.join(', ')}`;
  findings.add([...path, 'distribution'], `found ${shown(distribution)}, which has no equal here, ${wanted}`);
  return null;
}

/** What W&B takes a parameter for that names none. */
function guess(written: Record<string, unknown>): string | undefined {
  if ('value' in written) return 'constant';
  if ('values' in written) return 'categorical';
  if (!('min' in written && 'max' in written)) return undefined;
  const isWhole = [written['min'], written['max']].every((bound) => typeof bound === 'bigint');
  return isWhole ? 'int_uniform' : 'uniform';
}

interface Place {
  path: string[];
  findings: Findings;
  isGrid: boolean;
}

type Reader = (written: Record<string, unknown>, place: Place) => Space | null;

const READERS: Record<string, Reader> = {
  constant: (written, place) => {
    const value = scalarIn(written, 'value', place);
    return value === undefined ? null : { values: [value], space: null, first: value };
  },
  categorical: readChoice,
  categorical_w_probabilities: readChoice,
  uniform: range(['min', 'max'], (bounds) => ({ distribution: 'uniform', ...bounds })),
  // A grid of W&B's takes every whole number of the range.
  int_uniform: range(['min', 'max'], (bounds, isGrid) => ({
    distribution: 'int_uniform',
    ...bounds,
    ...(isGrid ? { step: 1 } : {}),
  })),
  q_uniform: range(['min', 'max', 'q'], (bounds) => ({ distribution: 'q_uniform', ...bounds })),
  log_uniform_values: range(['min', 'max'], (bounds) => ({ distribution: 'log_uniform_values', ...bounds })),
  // Its bounds are exponents of e.
  log_uniform: range(['min', 'max'], ({ min, max }) => ({
    distribution: 'log_uniform_values',
    min: Math.exp(min!),
    max: Math.exp(max!),
  })),
  normal: range(['mu', 'sigma'], (bounds) => ({ distribution: 'normal', ...bounds })),
};

const NAMES = Object.keys(READERS).filter((name) => !/^c/.test(name));

function readChoice(written: Record<string, unknown>, { path, findings }: Place): Space | null {
  const { values: given, probabilities } = written;
  if (!Array.isArray(given) || given.length === 0) {
    findings.add([...path, 'values'], `found ${shown(given)}, wanted a list of values`);
    return null;
  }
  const values = given.map((_, i) => scalarIn(given, i, { path: [...path, 'values'], findings, isGrid: false }));
  if (values.includes(undefined)) return null;
  const scalars = values as Scalar[];
  const space = { values: scalars, ...(probabilities === undefined ? {} : { probabilities: plain(probabilities) }) };
  return { values: scalars, space, first: scalars[0]! };
}

const DEFAULTS: Record<string, number> = { q: 1, mu: 0, sigma: 1 };

function range(
  keys: readonly string[],
  toSpace: (numbers: Record<string, number>, isGrid: boolean) => Record<string, unknown>,
): Reader {
  return (written, { path, findings, isGrid }) => {
    const numbers: Record<string, number> = {};
    for (const key of keys) {
      const number = plain(written[key] ?? DEFAULTS[key]);
      if (typeof number === 'number' && Number.isFinite(number)) numbers[key] = number;
      else findings.add([...path, key], `found ${shown(written[key])}, wanted a finite number`);
    }
    if (keys.some((key) => !(key in numbers))) return null;
    const space = toSpace(numbers, isGrid);
    return { values: null, space, first: (space['min'] ?? space['mu']) as number };
  };
}

function scalarIn(
  holder: Record<PropertyKey, unknown> | unknown[],
  key: number | string,
  { path, findings }: Place,
): Scalar | undefined {
  const value = plain((holder as Record<PropertyKey, unknown>)[key]);
  const isScalar = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  if (isScalar) return value as Scalar;
  findings.add([...path, key], `found ${shown(value)}, wanted a number, a text, true or false`);
  return undefined;
}

/** Whole numbers are bigints while they are told from others. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  return toFound(plain(value));
}
