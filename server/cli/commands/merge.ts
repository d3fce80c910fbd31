import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MergedDatabase } from '../../runner/merging/merge-databases.ts';
import type { Part } from '../../store/merging/part.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { CliCommand } from '../command.ts';
import { mergeDisplay } from '../merge-display.ts';
import type { Session } from '../session.ts';
import { shownCommand } from '../shown-command.ts';
import { watchStopSignals } from '../stop-signals.ts';
import { withStorage } from '../with-storage.ts';

export const mergeCommand: CliCommand = {
  define(program, run) {
    program
      .command('merge')
      .description('puts the sweeps of several databases into one: parts that "split" has made become whole again')
      .argument('<into>', 'the database that gets everything; made where it is missing')
      .argument('<parts...>', 'the databases to take it from; they are only read')
      .hook('preAction', (command) => refuseDb(command.optsWithGlobals<{ db?: string }>().db))
      .action(run(merge));
  },
};

/** Who names a database with --db might take the first argument for one that is only read. */
function refuseDb(db: string | undefined): void {
  if (db === undefined) return;
  throw new UserError(`Cannot merge with --db ${db}: the database that gets everything is the first argument`);
}

async function merge(session: Session, into: string, files: string[]): Promise<number> {
  const { closeParts, openParts } = await import('../../store/merging/part.ts');
  const { whatStandsBeside } = await import('../../store/database/remove-database.ts');
  const file = resolve(into);
  const say = (message: string): void => session.output.say(message);
  const parts = await openParts(files, file, say);
  const before = existsSync(file) ? null : whatStandsBeside(file);
  let isStored = false;
  const signals = watchStopSignals(() => say(isStored ? ALL_IS_STORED : 'stopping: nothing is going to be stored'));
  try {
    const code = await mergeOpen({ ...session, db: file }, parts, signals.stop, () => (isStored = true));
    return code === 0 ? 0 : (signals.exitCode() ?? code);
  } finally {
    signals.end();
    await closeParts(parts);
    if (before !== null) await removeEmpty(file, before);
  }
}

const ALL_IS_STORED = 'everything is stored already; logs and programs are still being copied';

/**
 * A database that was made for a merge is not left behind where nothing was stored in it. What stood beside its place
 * before is the user's: logs of a database that was moved, for example.
 */
async function removeEmpty(file: string, before: ReadonlySet<string>): Promise<void> {
  const { sweepNames } = await import('../../store/database/sweep-names.ts');
  const { removeDatabase } = await import('../../store/database/remove-database.ts');
  if (sweepNames(file)?.length === 0) removeDatabase(file, before);
}

/** @returns the exit code */
function mergeOpen(session: Session, parts: readonly Part[], stop: AbortSignal, stored: () => void): Promise<number> {
  return withStorage(session, { access: 'write', create: true }, async (storage) => {
    const { mergeDatabases } = await import('../../runner/merging/merge-databases.ts');
    const { MergeStopped } = await import('../../runner/merging/merge-stopped.ts');
    const { tellMerged } = await import('../merge-text.ts');
    const display = mergeDisplay(session.output);
    try {
      const merged: MergedDatabase[] = await mergeDatabases({
        storage,
        parts,
        command: shownCommand(process.argv.slice(2)),
        tell: display.say,
        progress: display.progress,
        stored,
        stop,
      });
      display.end();
      await tellMerged(session, storage, merged);
      return 0;
    } catch (error) {
      if (!(error instanceof MergeStopped)) throw error;
      display.say(error.message);
      return 1;
    } finally {
      display.end();
    }
  });
}
