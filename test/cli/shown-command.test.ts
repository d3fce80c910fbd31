import { expect, test } from 'vitest';
import { shownCommand } from '../../server/cli/shown-command.ts';

test.each([
  ['redis://:secret@host:6379', 'redis://***@host:6379'],
  ['postgres://u:p@ss@host/db?sslmode=verify-full', 'postgres://***@host/db?sslmode=verify-full'],
  ['rediss://u:a b/c\nd@host', 'rediss://***@host'],
  ['redis://host:6379', 'redis://host:6379'],
])('nobody is shown the password in %j', (url, shown) => {
  expect(shownCommand(['run', 'a@b.json', '--url', url])).toBe(`cosweep run a@b.json --url ${shown}`);
  expect(shownCommand(['run', `--url=${url}`, '--audit'])).toBe(`cosweep run --url=${shown} --audit`);
});
