import { expect, it } from 'vitest';
import { patternMemory, type PatternMemory } from '../../server/report/statistics/pattern-memory.ts';
import { patternProgram } from '../../server/report/statistics/pattern-program.ts';
import { Stream } from '../../server/sweep/random.ts';

/** Raises the same arrays by the same rows; returns everything that there is to see of it. */
function follow(memory: PatternMemory, how: 'shares' | 'squares', length: number) {
  const stream = new Stream(length, how);
  const parts = memory.array(length);
  const largest = memory.array(length);
  const beside = memory.array(2).fill(7);
  const hits = Array.from({ length: 40 }, (_, row) => {
    // A third of the rows have ties, and the last ones have no spread at all.
    for (let i = 0; i < length; i++) parts[i] = row % 3 === 0 ? stream.below(5) - 2 : stream.normal();
    if (row > 36) parts.fill(1);
    const scale = row > 36 ? 0.25 : 1 / (20 + stream.below(50));
    return memory[how](
      largest,
      parts,
      stream.normal(),
      { slack: 1e-9, scale, freedom: 1 + stream.below(9) },
      row / 100,
    );
  });
  return { hits, largest: [...largest], beside: [...beside] };
}

it('gives the same bits with two doubles at a time as one by one in JavaScript, and writes nowhere else', () => {
  expect(patternProgram()).not.toBeNull();
  for (const how of ['shares', 'squares'] as const) {
    for (const length of [1, 2, 7, 16, 1000]) {
      const plain = follow(patternMemory(0, null), how, length);
      expect(follow(patternMemory(2 * length + 2), how, length)).toEqual(plain);
      expect(plain.hits.some((count) => count > 0 && count < length) || length < 1000).toBe(true);
    }
  }
});

it('counts a pattern without spread as infinite, by squares', () => {
  const memory = patternMemory(4);
  const [parts, largest] = [memory.array(2).fill(3), memory.array(2)];
  expect(memory.squares(largest, parts, 1, { slack: 0, scale: 1 / 16, freedom: 3 }, Infinity)).toBe(2);
  expect([...largest]).toEqual([Infinity, Infinity]);
});
