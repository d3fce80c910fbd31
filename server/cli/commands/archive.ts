import { printable } from '../../sweep/printable.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { WRITING, withStorage } from '../with-storage.ts';

export const archiveCommand = makeCommand('archive', 'leaves a sweep out of lists; nothing of it is lost', true);
export const unarchiveCommand = makeCommand('unarchive', 'takes an archived sweep back into lists', false);

function makeCommand(word: string, description: string, archived: boolean): CliCommand {
  return {
    define(program, run) {
      program
        .command(word)
        .description(description)
        .argument('<sweep...>', 'id, name, definition or "latest"')
        .action(run((session: Session, sweeps: string[]) => setArchived(session, sweeps, archived)));
    },
  };
}

function setArchived(session: Session, sweeps: string[], archived: boolean): Promise<void> {
  const { output, json } = session;
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { archiveSweep } = await import('../../store/sweeps/archive-sweep.ts');
    const { toStartResponse } = await import('../../http/answers/start-response.ts');
    // All are found before one is changed.
    const ids: number[] = [];
    for (const sweep of sweeps) ids.push(await findSweep(storage, sweep));
    for (const id of ids) archiveSweep(storage, id, archived);
    const changed = await Promise.all(ids.map((id) => toStartResponse(storage, id)));
    if (json) output.json(changed.map(({ id, name }) => ({ id, name, archived })));
    else
      for (const { id, name } of changed)
        output.data(printable(`${id} ${name}: ${archived ? 'archived' : 'back in lists'}`));
  });
}
