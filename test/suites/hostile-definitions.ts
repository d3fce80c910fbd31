const range = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const keys = (count: number, make: (i: number) => [string, unknown]) => Object.fromEntries(range(count, make));
const share = (count: number) => ({ min: 0.1, max: 0.2, count });

const base = {
  name: 'hostile',
  method: 'grid',
  parameters: { alpha: { value: 0.5 }, beta: { values: [0.2, 0.3] }, epsilon: { value: 0.02 }, N: { value: 0 } },
  seeds: 2,
  training: { dataset: { name: 'glyphs', train: 300, validation: 100 }, model: { name: 'mlp' }, batches: 12 },
};
type More = { parameters?: object; training?: object; [key: string]: unknown };
const definition = ({ parameters = {}, training = {}, ...more }: More) => ({
  ...base,
  ...more,
  parameters: { ...base.parameters, ...parameters },
  training: { ...base.training, ...training },
});
const wideGrid = { alpha: { min: 0.5, max: 0.6, count: 1000 }, beta: share(100), epsilon: share(100) };
const manyArms = { alpha: { min: 0.5, max: 0.6, count: 100 }, beta: share(100) };

/** Definitions that once took minutes or gigabytes, and others of their kind. */
export const HOSTILE: Record<string, () => unknown> = {
  '200 unknown settings': () => definition({ parameters: keys(200, (i) => [`loss.x${i}`, { values: [1, 2] }]) }),
  '3,000 unknown settings': () => definition({ parameters: keys(3000, (i) => [`loss.x${i}`, { values: [1, 2] }]) }),
  '2,000 sizes of a data set, in epochs': () =>
    definition({
      parameters: { 'training.dataset.train': { values: range(2000, (i) => 300 + i) } },
      training: { batches: undefined, epochs: 2 },
    }),
  '1,000 layers that are none': () =>
    definition({
      training: { model: { layers: range(1000, (i) => ({ [`conv${i}`]: i, size: 'x', stride: [], a: 1 })) } },
    }),
  'a network that repeats itself a billion times': () =>
    definition({
      training: { model: { layers: [{ repeat: 1e9, layers: [{ repeat: 1e9, layers: ['relu'] }] }, 'flatten'] } },
    }),
  'residuals as deep as brackets may be': () => {
    let layers: unknown[] = ['relu'];
    for (let depth = 0; depth < 25; depth++) layers = [{ residual: layers, shortcut: 'projektion', sice: 1 }];
    return definition({ training: { model: { layers } } });
  },
  'a layer of more units than fit anywhere': () =>
    definition({ training: { model: { layers: ['flatten', { dense: 2 ** 53 - 1 }, { dense: 2 ** 53 - 1 }] } } }),
  'an exhausted random space': () => definition({ method: 'random', runCap: 50 }),
  'a random space of which nearly nothing passes': () =>
    definition({
      method: 'random',
      runCap: 50,
      parameters: { alpha: { min: 0.1, max: 0.2 }, beta: { min: 0, max: 0.1 } },
      constraints: ['alpha + beta > 0.29999'],
    }),
  'normal draws of which none is allowed': () =>
    definition({
      method: 'random',
      runCap: 50,
      parameters: {
        alpha: { distribution: 'normal', mu: 0.5, sigma: 0.1 },
        'loss.m': { distribution: 'normal', mu: 0, sigma: 1e-3 },
      },
      constraints: ['alpha > 0.999', 'beta > 0.25', 'loss.m > 0.0049'],
    }),
  'a grid of 10,000,000 points, 30 constraints': () =>
    definition({
      parameters: wideGrid,
      constraints: [...range(29, (i) => `alpha + ${i} * beta + epsilon > ${-i}`), 'alpha > 5'],
    }),
  'a grid of 10,000,000 points, all dropped': () => definition({ parameters: wideGrid, constraints: ['epsilon > 1'] }),
  'a grid of 10,000,000 points, all arms': () => definition({ parameters: wideGrid }),
  'a grid of 10,000,000 points, one arm': () =>
    definition({
      parameters: { beta: { value: 0 }, epsilon: share(1000), N: { min: 0, max: 9999, count: 10_000 } },
    }),
  '250,000 listed seeds': () => definition({ seeds: range(250_000, (i) => i) }),
  '100,000 listed seeds': () => definition({ seeds: range(100_000, (i) => i) }),
  '100,000 listed seeds, all equal': () => definition({ seeds: range(100_000, () => 1) }),
  '10,000 arms, 1,000 ablations': () =>
    definition({ parameters: manyArms, ablations: range(1000, (i) => ({ name: `a${i}`, set: { epsilon: i } })) }),
  '10,000 arms, 25 ablations that add nothing': () =>
    definition({ parameters: manyArms, ablations: range(25, (i) => ({ name: `a${i}`, set: { epsilon: 0.02 } })) }),
  '10,000 arms, 1,000 seeds': () => definition({ parameters: manyArms, seeds: 1000 }),
  '100,000 unknown keys': () => ({ ...base, ...keys(100_000, (i) => [`key${i}`, i]) }),
  '9,000 learning rates': () =>
    definition({ parameters: { 'training.optimizer.learningRate': { min: 0.001, max: 0.1, count: 9_000 } } }),
  '90,000 learning rates': () =>
    definition({ parameters: { 'training.optimizer.learningRate': { min: 0.001, max: 0.1, count: 90_000 } } }),
  '99,000 wrong values': () =>
    definition({ parameters: { 'training.optimizer.learningRate': { values: range(99_000, (i) => -i) } } }),
  '99,000 values that are objects': () => definition({ parameters: { beta: { values: range(99_000, () => ({})) } } }),
  '100,000 unknown names in 10,000 includes, beside 100 parameters': () =>
    definition({
      parameters: keys(96, (i) => [`training.dataset.augment.x${i}`, { value: 1 }]),
      include: range(10_000, (i) => keys(10, (j) => [`betta${i}x${j}`, 0.3])),
    }),
  '20 ablations that set 5,000 unknown names each': () =>
    definition({
      ablations: range(20, (i) => ({ name: `a${i}`, set: keys(5_000, (j) => [`training.optimiser${j}`, 1]) })),
    }),
  'random draws of a setting that is never in force': () =>
    definition({
      method: 'random',
      runCap: 2_000,
      parameters: { 'loss.centerRate': { min: 0.01, max: 1 } },
    }),
  '100 constraints of 333 comparisons': () =>
    definition({
      parameters: { ...manyArms, epsilon: share(20) },
      constraints: [...range(99, () => `N${'<=N'.repeat(332)}`), 'epsilon > 1'],
    }),
  '70,000 weighted values': () =>
    definition({
      method: 'random',
      runCap: 10_000,
      parameters: {
        epsilon: {
          values: range(70_000, (i) => 0.01 + i * 1e-6),
          probabilities: range(70_000, (i) => (i === 0 ? 1 - 69_999 * 1e-5 : 1e-5)),
        },
      },
    }),
  '10,000 wrong includes': () => definition({ include: range(10_000, (i) => ({ betta: i, 'loss.mm': 3 })) }),
  '1,000 excludes, 100,000 points': () =>
    definition({ parameters: { ...manyArms, epsilon: share(10) }, exclude: range(1000, (i) => ({ alpha: i })) }),
  '100,000 steps of a schedule': () =>
    definition({ training: { optimizer: { schedule: 'step', steps: range(100_000, (i) => i + 1) } } }),
  'an object 9,000 levels deep': () => {
    let value: unknown = 1;
    for (let i = 0; i < 9_000; i++) value = { a: value };
    return { ...base, loss: value };
  },
};
