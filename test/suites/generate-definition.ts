import { Stream } from '../../server/sweep/random.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Definitions as people and machines may write them: most are nearly right, some are made to hurt. The same for a seed. */
export function generateDefinition(seed: number): Json {
  const random = new Stream(seed, 'definition');
  const pick = <T>(options: readonly T[]): T => options[random.below(options.length)]!;
  const chance = (share: number) => random.uniform() < share;
  const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

  const number = (): number =>
    pick([() => random.below(5), () => random.uniform(), () => -random.uniform(), () => pick(EDGES)])();
  const scalar = (): Json => pick([number, number, () => pick(WORDS), () => chance(0.5), () => null])();
  const junk = (depth = 0): Json =>
    pick<() => Json>([
      scalar,
      () => times(random.below(4), () => (depth < 4 ? junk(depth + 1) : 0)),
      () => Object.fromEntries(times(random.below(4), () => [pick(KEYS), depth < 4 ? junk(depth + 1) : 0])),
      () => nested(random.below(200)),
      () => times(random.below(3000), (i) => i),
    ])();

  const bounds = (): Record<string, Json> => {
    const [min, max] = [number(), number()].sort((a, b) => a - b);
    return chance(0.1) ? { min: max!, max: min! } : { min: min!, max: max! };
  };
  const parameter = (): Json =>
    pick<() => Json>([
      () => ({ value: scalar() }),
      () => ({ values: times(1 + random.below(4), number) }),
      () => ({ values: times(random.below(2000), (i) => i / 2000) }),
      () => ({ ...bounds(), [pick(['count', 'step'])]: pick([2, 3, 0.25, 0.5, 1, 1000, 100_000, 1e9, 1e-9]) }),
      () => ({ ...bounds(), ...(chance(0.3) ? { distribution: pick(DISTRIBUTIONS) } : {}) }),
      () => ({ distribution: 'q_uniform', ...bounds(), q: pick([0.1, 0.25, 1]) }),
      () => ({ distribution: 'normal', mu: number(), sigma: random.uniform() }),
      () => ({ parameters: { lr: { values: [0.1, 0.2] } } }),
      () => ({ values: times(3, number), probabilities: [0.5, 0.25, 0.25] }),
    ])();

  const term = (depth: number): string =>
    depth > 3 || chance(0.6)
      ? pick([pick(NAMES), String(number()), `${random.below(9)}*${pick(NAMES)}`])
      : `${pick(['(', '-(', '('])}${term(depth + 1)} ${pick(['+', '-', '*', '/', '−', '×', '·'])} ${term(depth + 1)})`;
  const constraint = (): string =>
    times(2 + random.below(3), () => term(0)).join(` ${pick(['<', '<=', '>', '>=', '==', '!=', '≤', '≥', '≠', '='])} `);
  const assignment = (): Json => Object.fromEntries(times(random.below(4), () => [pick(NAMES), scalar()]));

  const many = (usual: number): number => (chance(0.05) ? random.below(3000) : random.below(usual));
  const usual: Record<string, Json> = {
    alpha: { value: 0.5 },
    beta: { values: [0.2, 0.3] },
    epsilon: { value: 0.02 },
    N: { value: 3 },
  };
  const definition: { [key: string]: Json } = {
    name: pick(WORDS),
    method: pick(['grid', 'grid', 'random', 'bayes']),
    parameters: {
      ...usual,
      ...Object.fromEntries(times(many(5), (i) => [chance(0.95) ? pick(NAMES) : `loss.${i}`, parameter()])),
    },
    constraints: times(many(3), constraint),
    include: times(many(2), assignment),
    exclude: times(many(2), assignment),
    ablations: times(many(3), (i) =>
      chance(0.5) ? pick(ABLATIONS) : { name: `${pick(WORDS)}${i}`, set: assignment() },
    ),
    seeds: pick<() => Json>([() => random.below(20), () => times(many(10), (i) => i), () => number()])(),
    training: {
      dataset: { name: pick(['glyphs', 'glyphs', 'mnist', 'csv']), ...(chance(0.5) ? { train: 300 } : {}) },
      model: { name: 'mlp' },
      batchSize: 32,
      ...pick<{ [key: string]: Json }>([{ batches: 12 }, { epochs: 2 }, { epochs: 1.5, evalEvery: 3 }]),
    },
  };
  // Most are nearly right, so that the planner sees them too.
  const tame = chance(0.6);
  if (tame) for (const [key, value] of Object.entries(TAME)) if (!chance(0.1)) definition[key] = pick(value);
  if (definition.method === 'random') definition.runCap = pick([1, 5, 50, 1000, 100_000]);
  for (const key of Object.keys(definition)) {
    if (chance(tame ? 0.005 : 0.03)) definition[key] = junk();
    if (chance(tame ? 0.001 : 0.01)) definition[pick(KEYS)] = junk();
  }
  return definition;
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

const FIVE = { alpha: { value: 0.5 }, beta: { values: [0.2, 0.3] }, epsilon: { value: 0.02 }, N: { value: 3 } };
const TRAINING = { dataset: { name: 'glyphs', train: 300 }, model: { name: 'mlp' }, batchSize: 32 };

/** Values by which most of a definition is right. */
const TAME: Record<string, Json[]> = {
  name: ['a', 'b c'],
  method: ['grid', 'random'],
  parameters: [
    FIVE,
    { ...FIVE, N: { values: [0, 0.25, 1], unit: 'fraction' } },
    { ...FIVE, N: { values: [0, 0.5, 1], unit: 'epoch' }, gamma: { values: [1, 0.4] } },
    { ...FIVE, 'training.optimizer.name': { values: ['sgd', 'adam'] }, 'loss.m': { values: [0.1, 0.3, 0.5] } },
    { ...FIVE, 'training.dataset.train': { values: [300, 400] }, 'training.batchSize': { values: [16, 32] } },
    { ...FIVE, α: { value: 0.4 } },
  ],
  constraints: [
    [],
    ['beta >= 0.4 × alpha'],
    ['2 * (alpha − beta) > 0.1', 'N < 100'],
    ['beta > 0.25'],
    ['alpha < beta'],
  ],
  include: [[], [{ beta: 0.1 }]],
  exclude: [[], [{ beta: 0.2 }], [{ beta: 7 }]],
  ablations: [[], ['noIntra'], ['noIntra', 'noWarmup', { name: 'control', set: { beta: 0.1 } }]],
  seeds: [1, 6, [3, 1, 4]],
  training: [
    { ...TRAINING, batches: 12 },
    { ...TRAINING, epochs: 2, evalEvery: 3 },
    { ...TRAINING, epochs: 1.5 },
  ],
};

const EDGES = [0, -0, 1, 64, 0.1, 1e-300, 1e300, 2 ** 53, 1e16, -1, 0.5];
const WORDS = ['a', 'control', 'noIntra', 'mlp', 'ab\u202ecd', '中文 😀', '3', 'x'.repeat(300), '', 'latest', '\ud800'];
const KEYS = ['a', '__proto__', 'constructor', 'toString', 'values', 'name', 'loss', 'μ', ''];
const DISTRIBUTIONS = ['uniform', 'int_uniform', 'log_uniform_values', 'uniforn', 'categorical'];
const ABLATIONS = ['noIntra', 'crossEntropyOnly', 'interOnly', 'noWarmup', 'noTruncation', 'noInter'];
const NAMES = [
  ...['alpha', 'beta', 'gamma', 'epsilon', 'N', 'α', 'β', 'loss.m', 'loss.s', 'loss.centerUpdate', 'loss.centerRate'],
  ...['training.dataset.name', 'training.dataset.train', 'training.dataset.validation', 'training..x', 'loss.m.x'],
  ...['training.optimizer.learningRate', 'training.optimizer.name', 'training.optimizer.nesterov', 'training.batches'],
  ...['training.model.name', 'training.batchSize', 'training.epochs', 'gama', 'constructor'],
];
