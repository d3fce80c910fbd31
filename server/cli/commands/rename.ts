import { UserError } from '../../sweep/user-error.ts';
import { printable } from '../../sweep/printable.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { WRITING, withStorage } from '../with-storage.ts';

export const renameCommand: CliCommand = {
  define(program, run) {
    program
      .command('rename')
      .description('calls a sweep by another name; `run FILE` still finds it')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .argument('[name]', 'its new name')
      .option('--back', "the definition's own name again")
      .action(run(rename));
  },
};

function rename(session: Session, sweep: string, name: string | undefined, { back }: { back?: true }): Promise<void> {
  const { output, json } = session;
  if ((name === undefined) !== (back === true))
    throw new UserError(`Cannot rename ${sweep}: wanted a name, or --back for the definition's own`);
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { renameSweep } = await import('../../store/sweeps/rename-sweep.ts');
    const { toStartResponse } = await import('../../http/answers/start-response.ts');
    const sweepId = await findSweep(storage, sweep);
    renameSweep(storage, sweepId, name ?? null);
    const renamed = await toStartResponse(storage, sweepId);
    if (json) output.json({ id: renamed.id, name: renamed.name });
    else output.data(printable(`${renamed.id} ${renamed.name}`));
  });
}
