import { type Findings } from './findings.ts';
import { plain, type Scalar, scalarAt, shown } from './values.ts';

/** What a parameter of W&B's may be, in the words of a definition. */
export interface Space {
  /** What can be listed: one value, or all of them; null for a range. */
  values: Scalar[] | null;
  /** As a definition writes it; null for a single value. */
  space: Record<string, unknown> | null;
  /** A value that it may have. */
  first: Scalar;
}

interface Place {
  path: readonly string[];
  findings: Findings;
  isGrid: boolean;
}

/** Null where what is written has no equal, or is wrong. */
export function readSpace(written: Record<string, unknown>, place: Place): Space | null {
  const { path, findings } = place;
  const distribution = written['distribution'] ?? guess(written);
  if (typeof distribution !== 'string' || !Object.hasOwn(READERS, distribution)) {
    const wanted = `wanted value, values, or one of ${NAMES.join(', ')}`;
    findings.add([...path, 'distribution'], `found ${shown(distribution)}, which has no equal here, ${wanted}`);
    return null;
  }
  const { keys, read } = READERS[distribution]!;
  findings.addUnknown(path, written, ['distribution', ...keys], `unknown key of ${distribution}`);
  return read(written, place);
}

/** What W&B takes a parameter for that names none. */
function guess(written: Record<string, unknown>): string | undefined {
  if ('value' in written) return 'constant';
  if ('values' in written) return 'categorical';
  if (!('min' in written && 'max' in written)) return undefined;
  const isWhole = [written['min'], written['max']].every((bound) => typeof bound === 'bigint');
  return isWhole ? 'int_uniform' : 'uniform';
}

interface Reader {
  /** Besides `distribution`. Every other key would be lost without a word. */
  keys: readonly string[];
  read(written: Record<string, unknown>, place: Place): Space | null;
}

const CHOICE: Reader = { keys: ['values', 'probabilities'], read: readChoice };

const READERS: Record<string, Reader> = {
  constant: { keys: ['value'], read: readConstant },
  categorical: CHOICE,
  categorical_w_probabilities: CHOICE,
  uniform: range(['min', 'max'], (bounds) => ({ distribution: 'uniform', ...bounds })),
  // A grid of W&B's takes every whole number of the range.
  int_uniform: range(['min', 'max'], (bounds, { isGrid }) => ({
    distribution: 'int_uniform',
    ...bounds,
    ...(isGrid ? { step: 1 } : {}),
  })),
  q_uniform: range(['min', 'max', 'q'], toMultiples),
  log_uniform_values: range(['min', 'max'], (bounds) => ({ distribution: 'log_uniform_values', ...bounds })),
  log_uniform: range(['min', 'max'], toPowers),
  normal: range(['mu', 'sigma'], (bounds) => ({ distribution: 'normal', ...bounds })),
};

const NAMES = Object.keys(READERS).filter((name) => !/^c/.test(name));

function readConstant(written: Record<string, unknown>, { path, findings }: Place): Space | null {
  const value = scalarAt(written, 'value', path, findings);
  return value === undefined ? null : { values: [value], space: null, first: value };
}

function readChoice(written: Record<string, unknown>, { path, findings }: Place): Space | null {
  const { values: given, probabilities } = written;
  if (!Array.isArray(given) || given.length === 0) {
    findings.add([...path, 'values'], `found ${shown(given)}, wanted a list of values`);
    return null;
  }
  const values = given.map((_, i) => scalarAt(given, i, [...path, 'values'], findings));
  if (values.includes(undefined)) return null;
  const scalars = values as Scalar[];
  const space = { values: scalars, ...(probabilities === undefined ? {} : { probabilities: plain(probabilities) }) };
  return { values: scalars, space, first: scalars[0]! };
}

const DEFAULTS: Record<string, number> = { q: 1, mu: 0, sigma: 1 };

type Numbers = Record<string, number>;

function range(keys: readonly string[], toSpace: (numbers: Numbers, place: Place) => Record<string, unknown>): Reader {
  const read: Reader['read'] = (written, place) => {
    const numbers: Numbers = {};
    for (const key of keys) {
      const number = plain(written[key] ?? DEFAULTS[key]);
      if (typeof number === 'number' && Number.isFinite(number)) numbers[key] = number;
      else place.findings.add([...place.path, key], `found ${shown(written[key])}, wanted a finite number`);
    }
    if (keys.some((key) => !(key in numbers))) return null;
    const space = toSpace(numbers, place);
    return { values: null, space, first: (space['min'] ?? space['mu']) as number };
  };
  return { keys, read };
}

/** W&B draws multiples of q, a definition min and what lies steps of q above it. */
function toMultiples({ min, max, q }: Numbers, { path, findings }: Place): Record<string, unknown> {
  for (const [key, bound] of Object.entries({ min: min!, max: max! }))
    if (q! > 0 && !Number.isInteger(Number((bound / q!).toPrecision(12))))
      findings.add([...path, key], `found ${bound}, wanted a multiple of q = ${q}, as all values are that W&B draws`);
  return { distribution: 'q_uniform', min, max, q };
}

/** The bounds are exponents of e. */
function toPowers({ min, max }: Numbers, { path, findings }: Place): Record<string, unknown> {
  const power = (key: string, exponent: number): number => {
    const value = Math.exp(exponent);
    if (value === 0 || value === Infinity)
      findings.add([...path, key], `found ${exponent}, wanted a number from -745 to 709: the bound is e to its power`);
    return value;
  };
  return { distribution: 'log_uniform_values', min: power('min', min!), max: power('max', max!) };
}
