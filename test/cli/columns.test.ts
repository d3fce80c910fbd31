import { expect, test } from 'vitest';
import { toColumns } from '../../server/cli/columns.ts';
import { toDuration } from '../../server/cli/duration.ts';

test('columns are aligned, numbers at the right, nothing is a dash', () => {
  expect(
    toColumns(
      ['ID', 'NAME', 'RUNS'],
      [
        ['s1', 'β', 6],
        ['s12', 'long name', 162],
        ['s3', null, null],
      ],
    ),
  ).toBe(['ID   NAME       RUNS', 's1   β             6', 's12  long name   162', 's3   –             –'].join('\n'));
});

test('text from a definition cannot steer the terminal', () => {
  expect(toColumns(['NAME'], [['a\x1b[2Jb\nc\x9bd']])).toBe('NAME\na·[2Jb·c·d');
});

test('durations', () => {
  expect([0.4, 59.4, 59.6, 200, 7500].map(toDuration)).toEqual(['0 s', '59 s', '1 min 0 s', '3 min 20 s', '2 h 5 min']);
});
