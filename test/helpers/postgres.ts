import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../server/remote/broker/listen-address.ts';
import { findProgram } from '../../server/training/engines/tensorflow/command.ts';

const PASSWORD = 'hidden %/@ password';

/** Where Debian has the programs of each version; its PATH has none of them. */
const VERSIONS = '/usr/lib/postgresql';

/** The folder of `initdb` and `postgres`; null where this machine has none. */
const programs = findPrograms();

/** Whether this machine has PostgreSQL; set-up installs it. */
export const hasPostgres = programs !== null;

/** A private server with one user, `cosweep`, who may do everything. */
export interface Postgres {
  port: number;
  /** With its password. */
  url: string;
  start(): Promise<void>;
  /** Ends it as a crash would, all its processes. */
  kill(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

interface Options {
  encoding?: string;
  /** Of `test/fixtures/certificates`; left out: it does not encrypt. */
  certificate?: string;
}

export async function startPostgres({ encoding = 'UTF8', certificate }: Options = {}): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-postgres-'));
  const [data, password] = [join(folder, 'data'), join(folder, 'password')];
  mkdirSync(data);
  writeFileSync(password, PASSWORD);
  own(folder, data, password);
  const setUp = ['-D', data, '-U', 'cosweep', '-A', 'scram-sha-256', '--pwfile', password, '--no-sync'];
  execFileSync(join(programs!, 'initdb'), [...setUp, '-E', encoding, '--locale', 'C'], { ...owner, stdio: 'ignore' });
  const port = (await freePort('127.0.0.1'))!;
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  if (certificate) settings.push('ssl=on', ...certify(data, certificate));
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  let server: ChildProcess;
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null) return;
    server.kill('SIGQUIT');
    await once(server, 'exit');
  };
  const postgres: Postgres = {
    port,
    url: `postgres://cosweep:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    async start() {
      server = spawn(join(programs!, 'postgres'), args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      for await (const chunk of server.stderr!.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
        said += chunk;
        if (said.includes('ready to accept connections')) break;
      }
      server.stderr!.resume();
      if (!said.includes('ready to accept connections')) throw new Error(`PostgreSQL did not start: ${said}`);
    },
    kill,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
  await postgres.start();
  return postgres;
}

/** It refuses to be root's: Debian's package brings a user for it. */
const owner: { uid?: number; gid?: number } = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

function idOf(option: string): number {
  return hasPostgres ? Number(execFileSync('id', [option, 'postgres'])) : 0;
}

function own(...paths: string[]): void {
  const { uid, gid } = owner;
  if (uid !== undefined && gid !== undefined) for (const path of paths) chownSync(path, uid, gid);
}

function certify(data: string, name: string): string[] {
  const paths = ['pem', 'key'].map((end) => {
    const to = join(data, `server.${end}`);
    copyFileSync(fileURLToPath(new URL(`../fixtures/certificates/${name}.${end}`, import.meta.url)), to);
    chmodSync(to, 0o600);
    own(to);
    return to;
  });
  return [`ssl_cert_file=${paths[0]}`, `ssl_key_file=${paths[1]}`];
}

function findPrograms(): string | null {
  const onPath = findProgram('initdb');
  if (onPath !== null) return dirname(onPath);
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(VERSIONS, version, 'bin'));
  return found.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}
