import { expect, it } from 'vitest';
import { Budget } from '../../../server/training/datasets/budget.ts';

/** Runs tasks of these sizes. @returns the most bytes that were in use at once, and the order in which tasks began */
async function run(total: number, sizes: number[]): Promise<{ most: number; order: number[] }> {
  const budget = new Budget(total);
  const order: number[] = [];
  let [used, most] = [0, 0];
  await Promise.all(
    sizes.map((bytes, i) =>
      budget.use(bytes, async () => {
        order.push(i);
        used += bytes;
        most = Math.max(most, used);
        await new Promise(setImmediate);
        used -= bytes;
      }),
    ),
  );
  return { most, order };
}

it('shares its bytes, and keeps the order in which they were asked for', async () => {
  expect(await run(10, [4, 4, 4, 9, 1, 1])).toEqual({ most: 10, order: [0, 1, 2, 3, 4, 5] });
});

it('has room for one that is larger than all of it, alone', async () => {
  expect(await run(10, [1, 25, 1])).toEqual({ most: 25, order: [0, 1, 2] });
});

it('gives back what a task that fails has used', async () => {
  const budget = new Budget(10);
  await expect(budget.use(10, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await budget.use(10, async () => 'done')).toBe('done');
});
