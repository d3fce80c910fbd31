import { expect, test } from 'vitest';
import { displayWidth } from '../../server/cli/display-width.ts';
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

const nothing = { data() {}, json() {}, pieces: async () => {}, say() {}, complain() {}, live: true };

test('one line per worker and one for all of them', () => {
  expect(toProgressLines(view, { width: 200, height: 24 })).toEqual([
    ' 1 ██████░░░░░░ 200/400  r41 α0.5 β0.1 N200, seed 3  41.2 batches/s',
    ' 2 waits',
    '██████░░░░░░░░░░░░░░░░░░ 12 of 48 runs, 3 min 20 s left  switch-batch',
  ]);
});

test("no line reaches the terminal's edge, where it would wrap", () => {
  for (const width of [10, 40, 73]) {
    for (const line of toProgressLines(view, { width, height: 24 })) expect([...line].length).toBeLessThan(width);
  }
});

test('messages scroll above the block, and nothing of it is left at the end', () => {
  let screen = '';
  const output = {
    ...nothing,
    width: 80,
    height: 24,
    draw: (text: string) => void (screen += text),
  };
  const block = makeLiveBlock(output);
  block.update(['one', 'two']);
  block.say('r1 complete');
  block.end();
  expect(screen).toBe('one\ntwo\n' + '\r\x1b[2A\x1b[Jr1 complete\none\ntwo\n' + '\r\x1b[2A\x1b[J');
});

test('lines are as wide as the terminal shows them, and end within it', () => {
  expect(['α0.5', '漢字', 'ア', 'e\u0301', '👩‍👩‍👧', '❤️', '한글'].map(displayWidth)).toEqual([4, 4, 2, 1, 2, 2, 4]);
  const wide = { ...view, sweep: '損失関数を比べる'.repeat(20) };
  for (const width of [20, 41, 60])
    for (const line of toProgressLines(wide, { width, height: 24 })) expect(displayWidth(line)).toBeLessThan(width);
});

test('with more workers than rows, the block still fits into the terminal', () => {
  const many = { ...view, workers: Array.from({ length: 500 }, () => null) };
  const lines = toProgressLines(many, { width: 80, height: 24 });
  expect(lines).toHaveLength(23); // the cursor stands below them
  expect(lines.slice(-3)).toEqual(['21 waits', '   … and 479 more workers', expect.stringContaining('12 of 48 runs')]);
  expect(toProgressLines(many, { width: 80, height: 2 })).toHaveLength(1);
});

test('a block whose lines a narrower terminal has broken is taken away as a whole', () => {
  let screen = '';
  const output = { ...nothing, width: 80, height: 24, draw: (text: string) => void (screen += text) };
  const block = makeLiveBlock(output);
  block.update(['x'.repeat(70), 'two']);
  output.width = 40;
  screen = '';
  block.end();
  expect(screen).toBe('\r\x1b[3A\x1b[J');
});
