import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ServerEvent } from '../../server/http/schemas/event.ts';
import type { Changes } from '../../server/store/database/changes.ts';
import { toEvents, watchChanges, type ChangeSource } from '../../server/http/change-feed.ts';

/** A source whose changes the test writes. */
function makeSource(): ChangeSource & { add(change: Partial<Changes>): void; asked: number[] } {
  const log: Changes[] = [];
  const asked: number[] = [];
  return {
    asked,
    add: (change) => void log.push({ revision: log.length + 1, sweeps: [], runs: [], list: false, ...change }),
    revision: () => log.length,
    since(revision) {
      asked.push(revision);
      const news = log.slice(revision);
      return {
        revision: log.length,
        list: news.some(({ list }) => list),
        sweeps: news.flatMap(({ sweeps }) => sweeps),
        runs: news.flatMap(({ runs }) => runs),
      };
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a change is told as events, the list before the sweeps in it', () => {
  expect(toEvents({ revision: 4, list: true, sweeps: ['s2'], runs: ['r1', 'r7'] })).toEqual([
    { kind: 'sweeps' },
    { kind: 'sweep', sweep: 's2' },
    { kind: 'run', run: 'r1' },
    { kind: 'run', run: 'r7' },
  ]);
});

test('everyone hears of changes from the time of listening on, each once', async () => {
  const source = makeSource();
  source.add({ runs: ['r1'] });
  const feed = watchChanges(source, 100, () => {});
  const [early, late]: [ServerEvent[], ServerEvent[]] = [[], []];
  feed.subscribe((event) => early.push(event));
  source.add({ runs: ['r2'] });
  await vi.advanceTimersByTimeAsync(100);
  feed.subscribe((event) => late.push(event));
  source.add({ runs: ['r3'] });
  await vi.advanceTimersByTimeAsync(300);
  expect(early).toEqual([
    { kind: 'run', run: 'r2' },
    { kind: 'run', run: 'r3' },
  ]);
  expect(late).toEqual([{ kind: 'run', run: 'r3' }]);
  feed.close();
});

test('with nobody listening nothing is read', async () => {
  const source = makeSource();
  const feed = watchChanges(source, 100, () => {});
  await vi.advanceTimersByTimeAsync(500);
  expect(source.asked).toEqual([]);
  const unsubscribe = feed.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(200);
  expect(source.asked).toEqual([0, 0]);
  unsubscribe();
  await vi.advanceTimersByTimeAsync(500);
  expect(source.asked).toHaveLength(2);
});

test('a failing read is reported and tried again', async () => {
  const source = makeSource();
  const reported: unknown[] = [];
  const failing = {
    ...source,
    since: vi.fn(source.since).mockImplementationOnce(() => {
      throw new Error('database is locked');
    }),
  };
  const heard: ServerEvent[] = [];
  const feed = watchChanges(failing, 100, (error) => reported.push(error));
  feed.subscribe((event) => heard.push(event));
  source.add({ sweeps: ['s1'] });
  await vi.advanceTimersByTimeAsync(100);
  expect(heard).toEqual([]);
  expect(reported).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(heard).toEqual([{ kind: 'sweep', sweep: 's1' }]);
  feed.close();
});
