import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';

export const engineCommand: CliCommand = {
  define(program, run) {
    const engine = program.command('engine').description('sets up what executes tensors');
    engine
      .command('install')
      .description(
        "sets up native TensorFlow: from --from, else by the package's own download, else from the Python wheel by pip",
      )
      .argument('<name>', 'tensorflow')
      .option('--from <path>', 'a wheel, or a folder with wheels or with an unpacked libtensorflow')
      .option('--cuda', 'the build for NVIDIA cards')
      .action(run(install));
  },
};

async function install(
  { output, json }: Session,
  name: string,
  options: { from?: string; cuda?: true },
): Promise<void> {
  const { UserError } = await import('../../sweep/user-error.ts');
  if (name !== 'tensorflow') {
    throw new UserError(
      `Cannot install engine ${JSON.stringify(name)}: want tensorflow, the only one that has something to install`,
    );
  }
  const { installTensorflow } = await import('../../training/engines/tensorflow/install.ts');
  const build = await installTensorflow({
    ...(options.from === undefined ? {} : { from: options.from }),
    cuda: options.cuda === true,
    log: (line) => output.say(line),
  });
  if (json) output.json(build);
  else output.data(`tensorflow: libtensorflow ${build.libtensorflow} (${build.variant}) in ${build.folder}`);
}
