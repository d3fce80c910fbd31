import { expect, test } from 'vitest';
import { waitingWords } from '../../server/sweep/waiting-words.ts';

test('what seeds wait for is said of one as of several, by as much as is known', () => {
  expect(waitingWords([3], '0123456789ab', [])).toBe(
    'seed 3 waits for a machine of the class 0123456789ab; with --move-seeds it is trained anew',
  );
  expect(waitingWords([3, 4], '0123456789ab')).toBe(
    'seeds 3, 4 wait for a machine of the class 0123456789ab; with --move-seeds they are trained anew',
  );
  expect(waitingWords([3, 4], null)).toBe(
    'seeds 3, 4 wait for a machine with the bits that they were begun with; with --move-seeds they are trained anew',
  );
  expect(waitingWords([3], null, ['aa', 'bb'])).toContain('seed 3 waits for a machine with the bits aa and bb;');
  expect(waitingWords([3], null, [])).toContain('with the device and the libraries that it was begun with;');
});
