/**
 * How long plans of 10,000 and more arms take, and how much memory they hold. Run with `node --expose-gc
 * dist/bench/plan.js`.
 */
import { parseDefinitionValue } from '../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../server/sweep/plan/plan-sweep.ts';

const training = { dataset: { name: 'glyphs' }, model: { name: 'cnn-small' }, batches: 400, evalEvery: 50 };
const axis = (min: number, max: number, count: number) => ({ distribution: 'uniform', min, max, count });

const grid = (alphas: number) => ({
  name: 'grid',
  method: 'grid',
  seeds: 12,
  training,
  parameters: {
    alpha: axis(0.51, 0.9, alphas),
    beta: axis(0.1, 0.5, 10),
    epsilon: axis(0.01, 0.2, 10),
    N: { ...axis(0, 0.9, 10), unit: 'fraction' },
  },
});

const random = (runCap: number) => ({
  name: 'random',
  method: 'random',
  runCap,
  ablations: [],
  seeds: 12,
  training,
  parameters: {
    alpha: { min: 0.1, max: 0.9 },
    beta: { min: 0.01, max: 0.5 },
    epsilon: { min: 0.01, max: 0.2 },
    N: { min: 0, max: 399 },
    'training.optimizer.learningRate': { distribution: 'log_uniform_values', min: 1e-3, max: 1e-1 },
  },
});

measure('10,000 arms of a grid', grid(10));
measure('10,000 drawn arms, each with settings of its own', random(10_000));
measure('99,000 arms of a grid', grid(99));

function measure(label: string, definition: object): void {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const parsed = parseDefinitionValue(definition);
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  const plan = planSweep(parsed.definition, { batchesPerEpoch: () => 50 });
  const milliseconds = performance.now() - start;
  globalThis.gc?.();
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
  const most = process.resourceUsage().maxRSS / 1e3;
  console.log(
    `${label}: ${plan.arms.length} arms, ${plan.runs.length} runs, ${milliseconds.toFixed(0)} ms, ` +
      `${megabytes.toFixed(0)} MB held, ${most.toFixed(0)} MB at most so far`,
  );
}
