import { existsSync } from 'node:fs';
import { UserError } from '../../sweep/user-error.ts';
import { command, findProgram } from '../../training/engines/tensorflow/command.ts';
import { isOlder } from '../../training/engines/tensorflow/is-older.ts';
import { installedServer } from './install-server.ts';

export interface ServerProgram {
  program: string;
  name: 'Redis' | 'Valkey';
  version: string;
  /** True where it was built with TLS. */
  encrypts: boolean;
  /** True where `engine install redis` has fetched it. */
  fetched: boolean;
}

/** Access lists came with Redis 6. */
const MINIMUM = '6.0.0';

/** Looking at a program takes no longer, in milliseconds. */
const LOOK_WITHIN = 20_000;

/** Finds a server: the system's first, since it is kept up to date and encrypts. */
export async function findServer(): Promise<ServerProgram> {
  const onPath = findProgram('valkey-server', 'redis-server');
  const program = onPath ?? installedServer();
  if (program === null || !existsSync(program)) throw new UserError(`${NONE}${WITHOUT}`);
  const { name, version } = await versionOf(program);
  if (name === 'Redis' && isOlder(version, MINIMUM))
    throw new UserError(
      `Cannot start a broker: found Redis ${version} (${program}), wanted ${MINIMUM} or newer.${WITHOUT}`,
    );
  return { program, name, version, encrypts: await encrypts(program), fetched: onPath === null };
}

const NONE = 'Cannot start a broker: the PATH has neither redis-server nor valkey-server.';

const WITHOUT =
  ' Wanted one of them (Debian and Ubuntu: apt-get install redis-server; conda install -c conda-forge redis-server; ' +
  'macOS: brew install redis). Where nothing can be installed, `cosweep engine install redis` fetches a server ' +
  'for tunnels, `--url` names one that runs elsewhere, and `cosweep split` divides a sweep without any.';

/** "Redis server v=7.0.15 sha=…", "Valkey server v=8.1.1 sha=…" */
async function versionOf(program: string): Promise<Pick<ServerProgram, 'name' | 'version'>> {
  const { output } = await command(program, ['--version'], { timeout: LOOK_WITHIN });
  const [, name, version] = /(Redis|Valkey) server v=(\d+\.\d+\.\d+)/.exec(output) ?? [];
  if (name === undefined)
    throw new UserError(
      `Cannot start a broker: ${program} --version does not say which Redis or Valkey it is, ` +
        `but ${JSON.stringify(output.trim().slice(0, 200))}`,
    );
  return { name: name as 'Redis' | 'Valkey', version: version! };
}

/** Told to listen nowhere a server ends at once; one without TLS does not know the second option. */
async function encrypts(program: string): Promise<boolean> {
  const args = ['--port', '0', '--tls-port', '0', '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
  const { output } = await command(program, args, { timeout: LOOK_WITHIN });
  return !/Bad directive|FATAL CONFIG/i.test(output);
}
