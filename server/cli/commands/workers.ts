import type { Machines } from '../../store/reading/list-machines.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const workersCommand: CliCommand = {
  define(program, run) {
    program
      .command('workers')
      .description('the workers on other machines: what each trains, when it was heard, and which seeds wait for whom')
      .action(run(workers));
  },
};

function workers(session: Session): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { listMachines } = await import('../../store/reading/list-machines.ts');
    const listening = listMachines(storage);
    if (json) output.json({ listening } satisfies { listening: Machines | null });
    else if (listening === null) output.say(NOBODY_LISTENS);
    else {
      const { machinesText } = await import('../machines-text.ts');
      output.data(machinesText(listening));
    }
  });
}

const NOBODY_LISTENS =
  'No process lets workers on other machines train on this database; `cosweep run FILE --listen ADDRESS` does.';
