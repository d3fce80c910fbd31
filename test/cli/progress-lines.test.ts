import { expect, test } from 'vitest';
import { makeLiveBlock } from '../../server/cli/live-block.ts';
import { toProgressLines, type ProgressView } from '../../server/cli/progress-lines.ts';

const view: ProgressView = {
  sweep: 'switch-batch',
  workers: [{ run: 'r41', arm: 'α0.5 β0.1 N200', seed: 3, batch: 200, batches: 400, note: '41.2 batches/s' }, null],
  runsDone: 12,
  runs: 48,
  batchesDone: 4_800,
  batches: 19_200,
  secondsLeft: 200,
};

test('one line per worker and one for all of them', () => {
  expect(toProgressLines(view, 200)).toEqual([
    ' 1 ██████░░░░░░ 200/400  r41 α0.5 β0.1 N200, seed 3  41.2 batches/s',
    ' 2 waits',
    '██████░░░░░░░░░░░░░░░░░░ 12 of 48 runs, 3 min 20 s left  switch-batch',
  ]);
});

test("no line reaches the terminal's edge, where it would wrap", () => {
  for (const width of [10, 40, 73]) {
    for (const line of toProgressLines(view, width)) expect([...line].length).toBeLessThan(width);
  }
});

test('messages scroll above the block, and nothing of it is left at the end', () => {
  let screen = '';
  const output = {
    data() {},
    json() {},
    pieces: async () => {},
    say() {},
    complain() {},
    live: true,
    width: 80,
    draw: (text: string) => void (screen += text),
  };
  const block = makeLiveBlock(output);
  block.update(['one', 'two']);
  block.say('r1 complete');
  block.end();
  expect(screen).toBe('one\ntwo\n' + '\r\x1b[2A\x1b[Jr1 complete\none\ntwo\n' + '\r\x1b[2A\x1b[J');
});
