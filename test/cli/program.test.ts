import { afterEach, expect, test, vi } from 'vitest';
import type { Action, CliCommand } from '../../server/cli/command.ts';
import { runProgram } from '../../server/cli/program.ts';
import type { Session } from '../../server/cli/session.ts';
import { UserError } from '../../server/sweep/user-error.ts';

afterEach(() => void vi.restoreAllMocks());

function commandThat(action: Action): CliCommand {
  return {
    define: (program, run) => void program.command('try').argument('[what]').option('--much').action(run(action)),
  };
}

function watchStderr(): () => string {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (written.push(String(text)), true));
  return () => written.join('');
}

test('a mistake of the user: its message alone, exit code 2', async () => {
  const stderr = watchStderr();
  const code = await runProgram(
    ['try'],
    [
      commandThat(() => {
        throw new UserError('Cannot do it: got 1, want 2');
      }),
    ],
  );
  expect([code, stderr()]).toEqual([2, 'Cannot do it: got 1, want 2\n']);
});

test('a mistake of ours: a stack, whose it is, exit code 1', async () => {
  const stderr = watchStderr();
  const code = await runProgram(
    ['try'],
    [
      commandThat(() => {
        throw new TypeError('x is undefined');
      }),
    ],
  );
  expect(code).toBe(1);
  expect(stderr()).toMatch(/^TypeError: x is undefined\n\s+at [^]*This is a bug of Cosweep/);
});

test('an action gets session, arguments and options; global options may stand before or after it', async () => {
  const calls: unknown[] = [];
  const command = commandThat((session: Session, ...rest: unknown[]) => {
    calls.push([session.db, session.json, session.quiet, ...rest]);
    return 3;
  });
  expect(await runProgram(['--db', '/a.db', 'try', 'it', '--much'], [command])).toBe(3);
  expect(await runProgram(['try', '--db', '/b.db', '--json', '--quiet'], [command])).toBe(3);
  expect(calls).toEqual([
    ['/a.db', false, false, 'it', { much: true }],
    ['/b.db', true, true, undefined, {}],
  ]);
});
