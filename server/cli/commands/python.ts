import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';

export const pythonCommand: CliCommand = {
  define(program, run) {
    program
      .command('python')
      .description('copies the Python files: a client for programs, the loss in PyTorch, reading in a notebook')
      .argument('<dir>', 'the folder that gets them, made where it is missing')
      .option('--force', 'overwrite files of these names that differ')
      .action(run(python));
  },
};

async function python({ output, json }: Session, dir: string, { force = false }: { force?: boolean }): Promise<void> {
  const { copyPythonFiles } = await import('../copy-python-files.ts');
  const { folder, files } = copyPythonFiles(dir, force);
  if (json) output.json({ folder, files });
  else output.data(files.map(({ path, was }) => `${path}: ${WORDS[was]}`).join('\n'));
}

const WORDS = { missing: 'copied', same: 'there already', different: 'overwritten' };
