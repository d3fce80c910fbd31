import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { Action, CliCommand } from './command.ts';
import { makeOutput } from './output.ts';
import { packageVersion } from '../training/engines/packages.ts';
import { projectFolder } from '../training/project-folder.ts';
import type { Session } from './session.ts';
import { explainFileError } from '../sweep/file-error.ts';
import { OutsideError, UserError } from '../sweep/user-error.ts';

/** The exit code of a user's mistake. */
export const BAD_USAGE = 2;
/** The exit code where something failed while running. */
export const FAILED = 1;

/**
 * Runs one command line and says how it ended.
 *
 * @param args the words after `cosweep`
 * @returns the exit code: 0 done, 1 something failed while running, 2 the user's mistake, 130 and 143 signals
 */
export async function runProgram(args: readonly string[], commands: readonly CliCommand[]): Promise<number> {
  let exitCode = 0;
  const program = makeProgram();
  const run =
    (action: Action) =>
    async (...received: unknown[]) => {
      // Commander appends the command itself after arguments and options.
      const given = received.slice(0, -1);
      exitCode = (await action(sessionOf(program), ...(given as never[]))) ?? 0;
    };
  for (const command of commands) command.define(program, run);
  for (const command of program.commands)
    forEachCommand(command, (each) => each.exitOverride().configureOutput(program.configureOutput()));

  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

export function makeProgram(): Command {
  const version = packageVersion(projectFolder());
  return new Command('cosweep')
    .description(
      'Sweeps the hyperparameters of the combined cosine-space loss and answers what the intra-class phase is worth.',
    )
    .version(version)
    .option('--db <file>', 'the database; default: COSWEEP_DB, else cosweep.db in the current folder')
    .option('--checkpoints <dir>', 'the folder for its checkpoints; default: the one it has, else FILE.checkpoints')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'nothing but errors on stderr')
    .helpCommand(true)
    .showHelpAfterError('(cosweep --help lists the commands; cosweep help COMMAND their options)')
    .exitOverride();
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const below of command.commands) forEachCommand(below, visit);
}

function sessionOf(program: Command): Session {
  const { db, checkpoints, json, quiet } = program.opts<Partial<Session>>();
  const path = db ?? (process.env['COSWEEP_DB'] || 'cosweep.db');
  return {
    output: makeOutput(quiet === true),
    db: resolve(path),
    checkpoints: checkpoints ? resolve(checkpoints) : null,
    json: json === true,
    quiet: quiet === true,
  };
}

/**
 * Says on stderr what went wrong. A mistake of the user and a failure outside of Cosweep get one message. A bug of ours
 * gets a stack and the statement that it is ours.
 */
function explain(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : BAD_USAGE;
  const error = explainFileError(thrown);
  if (error instanceof UserError || error instanceof OutsideError) {
    process.stderr.write(`${error.message}\n`);
    if (error instanceof UserError && error.detail !== null && process.env['COSWEEP_DETAIL'] !== '0')
      process.stderr.write(`  ${error.detail}\n`);
    return error instanceof UserError ? BAD_USAGE : FAILED;
  }
  process.stderr.write(
    `${error instanceof Error ? error.stack : String(error)}\nThis is a bug of Cosweep, not a mistake of yours.\n`,
  );
  return FAILED;
}
