import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { WRITING, withStorage } from '../with-storage.ts';

export const cancelCommand: CliCommand = {
  define(program, run) {
    program
      .command('cancel')
      .description('stops a sweep; `run` can continue it')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .option(
        '--now',
        'kills its workers instead of waiting for their next checkpoint; `run` trains that stretch again',
      )
      .action(run(cancel));
  },
};

function cancel(session: Session, sweep: string, { now }: { now?: true }): Promise<void> {
  const { output, json } = session;
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { cancelSweep } = await import('../../store/sweeps/cancel-sweep.ts');
    const { toStartResponse } = await import('../../http/answers/start-response.ts');
    const id = await findSweep(storage, sweep);
    const outcome = cancelSweep(storage, id, { kill: now === true });
    const where = await toStartResponse(storage, id);
    if (json) output.json({ ...where, outcome });
    else output.data(`${where.id} ${where.name}: ${SAID[outcome]}`);
  });
}

const SAID = {
  cancelled: 'cancelled',
  requested: 'the process that trains it will stop it within seconds',
  ended: 'it has ended already, nothing to cancel',
};
