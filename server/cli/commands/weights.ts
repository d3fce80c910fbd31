import { Option } from 'commander';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const weightsCommand: CliCommand = {
  define(program, run) {
    program
      .command('weights')
      .description('writes the final weights of a run as a TensorFlow.js model, or as safetensors')
      .argument('<run>', "a run's id (r41)")
      .requiredOption('--out <path>', 'tfjs: a new or an empty folder; safetensors: a file')
      .addOption(
        new Option('--format <format>', 'tfjs: a model; safetensors: parameters by name, for `weights` of a definition')
          .choices(['tfjs', 'safetensors'])
          .default('tfjs'),
      )
      .action(run(weights));
  },
};

interface Options {
  out: string;
  format: 'tfjs' | 'safetensors';
}

function weights(session: Session, what: string, { out, format }: Options): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { findRun } = await import('../../store/sweeps/find-sweep.ts');
    const { checkOutput } = await import('../check-output.ts');
    const place = checkOutput(out, storage);
    const id = await findRun(storage, what);
    if (format === 'safetensors') {
      const { exportSafetensors } = await import('../../runner/checkpoints/export-safetensors.ts');
      const written = await exportSafetensors(storage, id, place);
      return json ? output.json(written) : output.data(`${written.run}: ${written.file} (${written.bytes} bytes)`);
    }
    const { exportWeights } = await import('../../runner/checkpoints/export-weights.ts');
    const { run, folder, files } = await exportWeights(storage, id, place);
    if (json) output.json({ run, folder, files });
    else output.data(`${run}: ${folder} with ${files.map(({ name, bytes }) => `${name} (${bytes} bytes)`).join(', ')}`);
  });
}
