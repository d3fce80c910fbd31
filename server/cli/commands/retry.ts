import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { addTrainOptions, type TrainOptions } from '../train-options.ts';
import { WRITING, withStorage } from '../with-storage.ts';

export const retryCommand: CliCommand = {
  define(program, run) {
    addTrainOptions(
      program
        .command('retry')
        .description('trains the failed runs of a sweep again')
        .argument('<sweep>', 'id, name, definition or "latest"'),
    ).action(run(retry));
  },
};

function retry(session: Session, sweep: string, options: TrainOptions): Promise<number> {
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { retrySweep } = await import('../../store/sweeps/retry-sweep.ts');
    const { train } = await import('../train.ts');
    const sweepId = await findSweep(storage, sweep);
    const failed = retrySweep(storage, sweepId, { engine: options.engine === 'auto' ? null : options.engine });
    session.output.say(
      failed === 0 ? `${sweep}: none of its runs has failed` : `${sweep}: ${failed} failed runs wait again`,
    );
    return failed === 0 ? 0 : train(session, storage, sweepId, { ...options, fresh: false });
  });
}
