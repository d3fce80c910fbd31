import type { Command } from 'commander';
import type { Session } from './session.ts';

/**
 * A command in its own file. `define` must not open a room: `cosweep --help` has to work where a package is missing.
 */
export interface CliCommand {
  /** Adds the command with its arguments and options; `run` turns an action into one that commander can call. */
  define(program: Command, run: Runner): void;
}

/**
 * An action: gets the session, the command's arguments and, last, its options.
 *
 * @returns the exit code; nothing means 0
 */
export type Action = (session: Session, ...args: never[]) => Promise<number | void> | number | void;

export type Runner = (action: Action) => (...args: unknown[]) => Promise<void>;
