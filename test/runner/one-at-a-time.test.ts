import { expect, test } from 'vitest';
import { OneAtATime } from '../../server/runner/deliveries/one-at-a-time.ts';

test('tasks never overlap and keep their order, and none runs after one that fails', async () => {
  const queue = new OneAtATime();
  const seen: string[] = [];
  const task = (name: string, fails = false) =>
    queue.run(async () => {
      seen.push(`${name} begins`);
      await new Promise(setImmediate);
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([task('a'), task('b'), task('c', true), task('d')]);
  expect(
    results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error).message)),
  ).toEqual(['a', 'b', 'c', 'c']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
