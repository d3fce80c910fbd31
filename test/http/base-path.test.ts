import { expect, test } from 'vitest';
import { parseBasePath } from '../../server/http/base-path.ts';

test('slashes at the ends do not matter', () => {
  expect(['', '/', 'lab', '/lab', '/lab/', 'lab/cosweep/'].map(parseBasePath)).toEqual([
    '',
    '',
    '/lab',
    '/lab',
    '/lab',
    '/lab/cosweep',
  ]);
});

test.each(['/a"b', '/<script>', '/a b', '/../etc', '/:id'])(
  '%s is refused: it would be written into the page',
  (text) => {
    expect(() => parseBasePath(text)).toThrow(/Cannot serve under .*--base-path, want letters/);
  },
);
