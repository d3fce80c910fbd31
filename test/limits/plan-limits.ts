import { parseDefinition, parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import type { Layer } from '../../server/sweep/layers.ts';
import { problemsOfNetwork } from '../../server/sweep/network/network-problems.ts';
import { DefinitionError } from '../../server/sweep/problem.ts';
import type { LimitCase } from './limit-case.ts';

const range = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const count = (of: number, min = 0.1, max = 0.2) => ({ min, max, count: of });
const parameters = { alpha: { value: 0.5 }, beta: { value: 0.2 }, epsilon: { value: 0.02 }, N: { value: 3 } };
const training = { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 12, evalEvery: 6 };
const RATE = 'training.optimizer.learningRate';

/** Everything that a user is told of a definition with these keys. */
function told({ parameters: swept = {}, ...more }: Record<string, unknown>): string {
  const parsed = parseDefinitionValue({
    name: 'limits',
    method: 'grid',
    training,
    ...more,
    parameters: { ...parameters, ...(swept as object) },
  });
  try {
    if (parsed.problems) throw new DefinitionError('Cannot read it', parsed.problems);
    return `a plan of ${planSweep(parsed.definition, { batchesPerEpoch: () => 5 }).arms.length} arms`;
  } catch (error) {
    if (error instanceof DefinitionError) return error.message;
    throw error;
  }
}

/** Everything that is said of a network on pictures of 8×8 pixels. */
function toldOfNetwork(layers: Layer[]): string {
  const images = { shape: [8, 8, 3], classes: 10, batchSize: 64 };
  const problems = problemsOfNetwork({ layers, embedding: 8, dropout: 0 }, images);
  return problems.map(({ message }) => message).join('\n');
}

const own = (i: number) => ({ name: `a${i}`, set: { epsilon: 0.02 } });

export const planLimits: LimitCase[] = [
  {
    what: 'definition: characters',
    error: () => parseDefinition(' '.repeat(10_000_001)).problems![0]!.message,
  },
  {
    what: 'definition: `layers`',
    error: () => told({ training: { ...training, model: { layers: range(1001, () => 'relu') } } }),
  },
  {
    what: 'plan: layers of a network, repeats written out',
    error: () => toldOfNetwork([{ repeat: 1000, layers: ['relu'] }, 'flatten']),
  },
  {
    what: 'plan: parameters of a network',
    error: () => toldOfNetwork(['flatten', { dense: 2 ** 20, bias: true }]),
  },
  {
    what: 'plan: numbers that the layers of a network make of a batch',
    error: () =>
      toldOfNetwork([{ conv: 2 ** 23, size: 1, stride: 1, padding: 'same', bias: true }, 'relu', 'globalAveragePool']),
  },
  { what: 'definition: entries of all lists and objects', error: () => told({ odd: range(150_001, () => 1) }) },
  { what: 'definition: characters of a text', error: () => told({ description: 'x'.repeat(10_001) }) },
  { what: 'definition: problems that a message lists', error: () => told({ seeds: range(200, () => 1) }) },
  { what: 'definition: characters of a name', error: () => told({ name: 'x'.repeat(101) }) },
  {
    what: 'definition: parameters',
    error: () => told({ parameters: Object.fromEntries(range(100, (i) => [`loss.x${i}`, { value: 1 }])) }),
  },
  {
    what: 'definition: values of one parameter',
    error: () => told({ parameters: { beta: { values: range(100_001, (i) => i / 1e6) } } }),
  },
  {
    what: 'definition: values of all parameters together',
    error: () => told({ parameters: { alpha: count(100_000), beta: count(99_999), epsilon: count(2) } }),
  },
  {
    what: 'definition: characters of a value',
    error: () => told({ parameters: { 'loss.distance': { values: ['x'.repeat(501)] } } }),
  },
  { what: 'definition: constraints', error: () => told({ constraints: range(101, () => 'alpha > 0') }) },
  {
    what: 'definition: characters of a constraint',
    error: () => told({ constraints: [`alpha > 0${' '.repeat(992)}`] }),
  },
  { what: 'definition: `include`', error: () => told({ include: range(10_001, () => ({})) }) },
  { what: 'definition: `exclude`', error: () => told({ exclude: range(1_001, () => ({})) }) },
  { what: 'definition: `ablations`', error: () => told({ ablations: range(101, own) }) },
  { what: 'definition: `seeds`', error: () => told({ seeds: range(100_001, (i) => i) }) },
  {
    what: 'definition: characters of a path',
    error: () => told({ training: { ...training, dataset: { name: 'mnist', folder: 'x'.repeat(1_001) } } }),
  },
  {
    what: 'definition: `steps` of a schedule',
    error: () => told({ training: { ...training, optimizer: { schedule: 'step', steps: range(101, (i) => i + 1) } } }),
  },
  {
    what: 'plan: points of a grid',
    error: () => told({ parameters: { alpha: count(10_001), beta: count(1_000) } }),
  },
  {
    what: 'plan: checks of points against constraints and excludes',
    error: () =>
      told({
        parameters: { alpha: count(1_000, 0.5, 0.6), beta: count(1_000) },
        constraints: [...range(39, (i) => `alpha + beta > ${-i}`), 'beta > 5'],
      }),
  },
  {
    what: 'plan: points that compute the same as others',
    error: () =>
      told({
        parameters: {
          beta: { value: 0 },
          alpha: count(2, 0.5, 0.6),
          epsilon: count(50_000),
          N: { min: 0, max: 10, count: 11 },
        },
      }),
  },
  {
    what: 'plan: arms',
    error: () => told({ parameters: { alpha: count(1_001, 0.5, 0.6), beta: count(100) } }),
  },
  {
    what: 'plan: arms of the search × ablations',
    error: () => told({ parameters: { beta: count(10_000) }, ablations: range(26, own) }),
  },
  { what: 'plan: arms × seeds', error: () => told({ parameters: { beta: count(1_000) }, seeds: 2_001 }) },
  {
    what: 'plan: different settings of `loss` and `training`',
    error: () => told({ parameters: { [RATE]: count(20_002) } }),
  },
  {
    what: 'plan: draws of a random search',
    error: () =>
      told({
        method: 'random',
        runCap: 5,
        parameters: { alpha: { min: 0.1, max: 0.2 }, beta: { min: 0, max: 0.1 } },
        constraints: ['alpha + beta > 0.29999'],
      }),
  },
  { what: 'plan: `runCap`', error: () => told({ method: 'random', runCap: 100_001 }) },
];
