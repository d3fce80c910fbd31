import { expect, test } from 'vitest';
import { displayWidth } from '../../server/cli/display-width.ts';
import { makeLiveBlock } from '../../server/cli/live-block.ts';
import { resultText } from '../../server/cli/result-text.ts';
import { follow, toView } from '../../server/cli/progress-state.ts';
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

const nothing = { data() {}, json() {}, pieces: async () => {}, say() {}, complain() {}, columns: null, live: true };

test('one line per worker and one for all of them', () => {
  expect(toProgressLines(view, { width: 200, height: 24 })).toEqual([
    ' 1 ██████░░░░░░ 200/400  r41 α0.5 β0.1 N200, seed 3  41.2 batches/s',
    ' 2 waits',
    '██████░░░░░░░░░░░░░░░░░░ 25 % of the batches, 12 of 48 runs, 3 min 20 s left  switch-batch',
  ]);
});

test('the bar is of all batches, those of earlier processes among them, and says so', () => {
  const begun = { kind: 'sweep', sweep: 's1', name: 'x', engine: 'wasm', workers: 1, runs: 54, left: 51 } as const;
  const state = follow(follow(null, { ...begun, batches: 300 }), {
    kind: 'progress',
    batches: 0,
    of: 5100,
    secondsLeft: null,
  })!;
  const [line] = toProgressLines({ ...toView(state), workers: [] }, { width: 200, height: 24 });
  expect(line).toBe('█░░░░░░░░░░░░░░░░░░░░░░░ 5 % of the batches, 3 of 54 runs  s1 x');
});

test('a complete run is told with its metric, and with its difference to the control once both are there', () => {
  const run = { metric: 'val/accuracy', value: 0.9721 };
  expect(resultText({ ...run, changes: [] })).toBe('val/accuracy 97.21 %');
  expect(resultText({ ...run, changes: [{ arm: 'β0.1', change: 0.0022 }] })).toBe(
    'val/accuracy 97.21 %, Δ +0.22 points',
  );
  const arms = ['a', 'b', 'c', 'd'].map((arm, i) => ({ arm, change: (i - 1) / 100 }));
  expect(resultText({ metric: 'val/crossEntropy', value: 0.25, changes: arms })).toBe(
    'val/crossEntropy 0.2500, Δ of a −0.0100, b 0.0000, c +0.0100 and 1 more',
  );
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
