import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { describeWithPython, runPython } from '../helpers/python.ts';

vi.setConfig({ testTimeout: 300_000 });

// test/fixtures/loss-cases.json: 28 cases computed in float64 with PyTorch's autograd, by another program than ours.
const text = readFileSync(new URL('../fixtures/loss-cases.json', import.meta.url), 'utf8');
const { cases } = JSON.parse(text) as { cases: LossCase[] };
const program = fileURLToPath(new URL('programs/compute_cases.py', import.meta.url));

type Nested = number | Nested[];

interface LossCase {
  name: string;
  options: { distance: string };
  expected: Record<string, Nested> & { centersAfter: Record<string, Nested> };
}

interface Computed {
  terms: Record<string, number>;
  centers: Record<string, Nested>;
  gradients: Record<string, Nested>;
}

/** What is allowed of a number's size, and of the largest entry of a gradient. */
const TOLERANCES = {
  float32: { value: 2e-5, gradient: 2e-4, angle: 2e-3 },
  float64: { value: 1e-12, gradient: 1e-12, angle: 1e-10 },
};

describeWithPython('the loss in PyTorch', (python) => {
  test.each(['float32', 'float64'] as const)('gives the terms, centers and gradients of all 28 in %s', (dtype) => {
    const results = JSON.parse(runPython(python, [program], JSON.stringify({ dtype, cases }))) as Computed[];
    expect(results).toHaveLength(28);
    const { value, gradient, angle } = TOLERANCES[dtype];
    const wrong = results.flatMap(({ terms, centers, gradients }, i) => {
      const { name, options, expected } = cases[i]!;
      const values = [
        ...Object.entries(terms).map(([term, found]) => [term, found, expected[term]!] as const),
        ...Object.entries(centers).map(([part, found]) => [part, found, expected.centersAfter[part]!] as const),
      ].map(([what, found, wanted]) => ({ name, what, error: valueError(found, wanted) / value }));
      const allowed = options.distance === 'angle' ? angle : gradient;
      const slopes = Object.entries(gradients).map(([what, found]) => ({
        name,
        what,
        error: gradientError(found, expected[what]!) / allowed,
      }));
      expect([...values, ...slopes]).toHaveLength(11);
      return [...values, ...slopes].filter(({ error }) => !(error <= 1));
    });
    expect(wrong).toEqual([]);
  });
});

function valueError(found: Nested, wanted: Nested): number {
  return largest(flat(found), flat(wanted), (a, b) => Math.abs(a - b) / Math.max(1, Math.abs(b)));
}

function gradientError(found: Nested, wanted: Nested): number {
  const scale = Math.max(1e-6, ...flat(wanted).map(Math.abs));
  return largest(flat(found), flat(wanted), (a, b) => Math.abs(a - b) / scale);
}

function flat(values: Nested): number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flat);
}

/** NaN, and another number of values, are as wrong as can be. */
function largest(found: number[], wanted: number[], distance: (a: number, b: number) => number): number {
  if (found.length !== wanted.length) return Infinity;
  const errors = found.map((each, i) => distance(each, wanted[i]!));
  return errors.reduce((worst, error) => (error <= worst ? worst : Number.isNaN(error) ? Infinity : error), 0);
}
