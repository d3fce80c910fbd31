import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const weightsCommand: CliCommand = {
  define(program, run) {
    program
      .command('weights')
      .description('writes the final weights of a run as a TensorFlow.js model')
      .argument('<run>', "a run's id (r41)")
      .requiredOption('--out <dir>', 'a new or an empty folder')
      .action(run(weights));
  },
};

function weights(session: Session, what: string, { out }: { out: string }): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { findRun } = await import('../../store/sweeps/find-sweep.ts');
    const { exportWeights } = await import('../../runner/checkpoints/export-weights.ts');
    const { checkOutput } = await import('../check-output.ts');
    const place = checkOutput(out, storage);
    const { run, folder, files } = await exportWeights(storage, await findRun(storage, what), place);
    if (json) output.json({ run, folder, files });
    else output.data(`${run}: ${folder} with ${files.map(({ name, bytes }) => `${name} (${bytes} bytes)`).join(', ')}`);
  });
}
