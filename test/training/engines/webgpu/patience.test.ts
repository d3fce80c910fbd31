import { expect, test } from 'vitest';
import { patiently, type Clock } from '../../../../server/training/engines/webgpu/patience.ts';

type Callback = (...args: unknown[]) => void;

/** Native, without a name and without parameters, as an addon's function is: it calls `work`. */
function ofAddon(work: () => void): Callback {
  const native = Array.prototype.forEach.bind([0], work); // of JavaScript's own functions a bound one comes closest
  return Object.defineProperties(native, { name: { value: '' }, length: { value: 0 } });
}

/**
 * A loop whose turns take no time, and a clock that goes on only while somebody sleeps, and by one millisecond a turn
 * of work.
 */
function makeWorld(): {
  clock: Clock & { slept: number[] };
  turn: (callback: Callback, ...args: unknown[]) => NodeJS.Immediate;
  run: () => void;
  pass: (milliseconds: number) => void;
} {
  let now = 0;
  const queue: (() => void)[] = [];
  const slept: number[] = [];
  return {
    clock: { slept, now: () => now, sleep: (milliseconds) => void (slept.push(milliseconds), (now += milliseconds)) },
    turn: (callback, ...args) => (queue.push(() => callback(...args)), {} as NodeJS.Immediate),
    run: () => {
      for (let next = queue.shift(); next; next = queue.shift()) next();
    },
    pass: (milliseconds) => void (now += milliseconds),
  };
}

/** An addon waits for so many turns. @returns how many it had */
function wait(
  { run, pass }: ReturnType<typeof makeWorld>,
  immediate: ReturnType<typeof patiently>,
  most: number,
): number {
  let turns = 0;
  const ask = ofAddon(() => {
    pass(1);
    if (++turns < most) immediate(ask);
  });
  immediate(ask);
  run();
  return turns;
}

test('the longer a wait has lasted, the less often an addon asks; up to two milliseconds apart', () => {
  const world = makeWorld();
  const { clock, turn } = world;
  expect(wait(world, patiently(turn, clock), 500)).toBe(500);
  expect(clock.slept[0]).toBe(0);
  expect(clock.slept[10]).toBeCloseTo(0.2, 1);
  for (let i = 1; i < 500; i++) expect(clock.slept[i]).toBeGreaterThanOrEqual(clock.slept[i - 1]!);
  expect(clock.slept.at(-1)).toBe(2);
});

test('the next wait is a new one', () => {
  const world = makeWorld();
  const { clock, turn } = world;
  const immediate = patiently(turn, clock);
  for (let i = 0; i < 2; i++) {
    wait(world, immediate, 100);
    expect(clock.slept.splice(0)[0]).toBe(0);
  }
});

test('what JavaScript asks for has its turn at once, with its arguments', () => {
  const { clock, turn, run } = makeWorld();
  const immediate = patiently(turn, clock);
  const given: unknown[] = [];
  immediate((...args) => void given.push(...args), 1, 'two');
  immediate(() => void given.push('three'));
  run();
  expect(given).toEqual([1, 'two', 'three']);
  expect(clock.slept).toEqual([]);
});

test('a promise that is settled by it is not kept waiting', async () => {
  const { clock } = makeWorld();
  const immediate = patiently(setImmediate, clock);
  await new Promise((resolve) => immediate(resolve));
  expect(clock.slept).toEqual([]);
});
