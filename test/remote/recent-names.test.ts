import { expect, test } from 'vitest';
import { RecentNames } from '../../server/remote/recent-names.ts';

test('of more names than are kept those go that were not added for longest', () => {
  const names = new RecentNames(2);
  for (const name of ['a', 'b', 'a', 'c']) names.add(name);
  expect(['a', 'b', 'c'].map((name) => names.has(name))).toEqual([true, false, true]);
  names.clear();
  expect(names.has('a')).toBe(false);
});
