import { expect, test } from 'vitest';
import { allowedHosts, hostName, isLoopback } from '../../server/http/hosts.ts';

test.each([
  ['localhost:7070', 'localhost'],
  ['LOCALHOST', 'localhost'],
  ['127.0.0.1:80', '127.0.0.1'],
  ['[::1]:7070', '::1'],
  ['example.org.', 'example.org'],
  ['evil.example/localhost', ''],
  ['user@localhost', ''],
  ['localhost:7070:7070', ''],
  ['', ''],
  [undefined, ''],
])('host name of %s', (header, name) => {
  expect(hostName(header)).toBe(name);
});

test('a loopback server answers to loopback names and to what was allowed, nothing else', () => {
  const hosts = allowedHosts('127.0.0.1', ['Lab.example.org:8443']);
  for (const name of ['localhost', '127.0.0.1', '::1', 'lab.example.org']) expect(hosts.has(name)).toBe(true);
  expect(hosts.has('evil.example')).toBe(false);
});

test('what only this machine can reach is loopback, a name that starts like it is not', () => {
  expect(['127.0.0.1', '127.8.9.1', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.evil.example', 'localhost.evil.example'].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
