import { afterEach, expect, test, vi } from 'vitest';
import { Patience, WATCHDOG_MS } from '../../server/runner/patience.ts';
import { watch } from '../../server/runner/workers/watchdog.ts';
import { Silence } from '../../server/store/database/silence.ts';

afterEach(() => vi.useRealTimers());

test('silence counts while it is watched, and ends with a sign of life', () => {
  let now = 0;
  const silence = new Silence(5, () => now);
  const after = (milliseconds: number): number => ((now += milliseconds), silence.look());
  expect([after(3), after(4), after(1_000)]).toEqual([3, 7, 12]); // the watcher itself stood still
  expect([silence.end(), after(2)]).toEqual([12, 2]);
});

test('who gives signs of life is left alone; who gives none for too long is told of once', () => {
  vi.useFakeTimers();
  const barks: number[] = [];
  const dog = watch(
    () => 10_000,
    (silence) => void barks.push(silence),
  );
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(9_500);
    expect(dog.sign()).toBeGreaterThan(9_000);
  }
  expect(barks).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(barks).toEqual([11_000]);
  dog.end();
});

test('a watchdog that is ended does not bark', () => {
  vi.useFakeTimers();
  const bark = vi.fn();
  watch(() => 1, bark).end();
  vi.advanceTimersByTime(10_000);
  expect(bark).not.toHaveBeenCalled();
});

test('patience is ten minutes at least, and ten times the longest that was measured', () => {
  const patience = new Patience();
  const all = (): number[] =>
    (['opening', 'reading', 'training', 'stopping'] as const).map((what) => patience.with(what));
  expect(all()).toEqual([WATCHDOG_MS, WATCHDOG_MS, WATCHDOG_MS, 60_000]);
  patience.noteReading(100_000);
  patience.noteSilence(90_000);
  patience.noteSilence(1_000);
  expect(all()).toEqual([WATCHDOG_MS, 1_000_000, 900_000, 900_000]);
  expect(new Patience(5_000).with('stopping')).toBe(5_000);
});
