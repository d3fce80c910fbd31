import { expect, test } from 'vitest';
import { chooseSecret } from '../../server/http/token.ts';

test('a token is generated, a new one each time, unless there is an own one', () => {
  expect(chooseSecret('127.0.0.1', null, true)).toMatch(/^[\w-]{32}$/);
  expect(chooseSecret('127.0.0.1', null, true)).not.toBe(chooseSecret('127.0.0.1', null, true));
  expect(chooseSecret('127.0.0.1', 'mine', true)).toBe('mine');
  expect(chooseSecret('localhost', null, false)).toBeNull();
});

test('where other machines can guess, a token is long', () => {
  expect(() => chooseSecret('0.0.0.0', 'fifteen-letters', true)).toThrow(/it has 15 characters, want at least 16/);
  expect(chooseSecret('0.0.0.0', 'sixteen-letters!', true)).toBe('sixteen-letters!');
});

test.each(['pässwort', ' blank', 'blank ', 'two\nlines', 'x'.repeat(501)])(
  'a token that no header can carry is refused: %j',
  (token) => {
    expect(() => chooseSecret('127.0.0.1', token, true)).toThrow(/Cannot take the token in COSWEEP_TOKEN/);
  },
);
