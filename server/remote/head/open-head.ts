import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { databaseId } from '../../store/database/checkpoint-folder.ts';
import type { Storage } from '../../store/database/storage.ts';
import { checkpointFileOf } from '../../store/reading/read-checkpoints.ts';
import { packageVersion } from '../../training/engines/packages.ts';
import { projectFolder } from '../../training/project-folder.ts';
import { UserError } from '../../sweep/user-error.ts';
import { nameOfTemporaries } from '../../runner/checkpoints/checkpoint-files.ts';
import { RemoteGone } from '../../runner/workers/remote-gone.ts';
import { startBlobServer } from '../blobs/blob-server.ts';
import { blobToken } from '../blobs/blob-token.ts';
import { openBrokerFolder } from '../broker/broker-folder.ts';
import { findOpenssl, keepCertificate } from '../broker/certificate.ts';
import { inspectBroker } from '../broker/inspect-broker.ts';
import { findListenAddress, isFree, type ListenAddress } from '../broker/listen-address.ts';
import { newSecret, readJoinFile, writeJoinFile, type Join } from '../broker/join-file.ts';
import { FILES } from '../broker/server-configuration.ts';
import { startBroker } from '../broker/start-broker.ts';
import { openBull } from '../queues/bull.ts';
import { HEAD } from '../queues/names.ts';
import { HeadBlobs } from './head-blobs.ts';
import { RemoteHead } from './remote-head.ts';

export interface Listen {
  /** The one address at which broker and blobs are reached. */
  address: string;
  /** A broker that exists, with its password; null: a private one is started. */
  url: string | null;
  /** Where the join file is, or is written; null: beside the database. */
  join: string | null;
  /** In milliseconds. */
  lock: number;
  log: (sentence: string) => void;
}

/** A head that listens. */
export interface OpenHead {
  remote: RemoteHead;
  /** The path of the join file. */
  join: string;
  /** Sends the workers home. */
  close(): Promise<void>;
}

/**
 * Starts what workers on other machines need: a broker, unless one is named, the blobs, and the join file that says
 * where both are. The secret is new at every start, unless a join file of this database is named.
 */
export async function openHead(storage: Storage, listen: Listen): Promise<OpenHead> {
  const { lock, log } = listen;
  const place = await findListenAddress(listen.address);
  const { address } = place;
  const database = databaseId(storage);
  const before = listen.join !== null && existsSync(listen.join) ? readJoinFile(listen.join) : null;
  refuseOther(listen.join, before, database);
  const folder = `${storage.file}.broker`;
  const broker = await openBroker(folder, listen, before);
  const secret = before?.secret ?? newSecret();
  const temporaries = nameOfTemporaries();
  const blobs = new HeadBlobs(
    { folder: storage.checkpointFolder, fileOf: (hash) => checkpointFileOf(storage, hash) },
    temporaries,
  );
  await mkdir(storage.checkpointFolder, { recursive: true });
  const tls = broker.private && broker.certificate === null ? null : await encryption(folder, place);
  const server = await startBlobServer({
    address,
    // Workers that have stayed look for it where it was.
    port: await freeAgain(address, before),
    token: blobToken(secret),
    tls,
    find: (hash) => blobs.find(hash),
    take: (blob, file) => blobs.take(blob, file),
    folder: storage.checkpointFolder,
    name: temporaries,
    report: (error) => log(`a blob could not be served: ${(error as Error).message}`),
  });
  const prefix = before?.prefix ?? prefixOf(database, storage);
  const join = listen.join ?? `${storage.file}.join`;
  const cosweep = packageVersion(projectFolder());
  const { url, certificate } = broker;
  writeJoinFile(join, {
    cosweep,
    database,
    url,
    certificate,
    secret,
    blobs: { url: server.url, certificate: tls && tls.cert },
    prefix,
  });
  const post = await openBull({
    url,
    certificate,
    prefix,
    lock,
    log,
  });
  const remote = new RemoteHead({
    identity: { database, secret, name: HEAD },
    cosweep,
    post,
    blobs,
    lock,
    log,
  });
  void broker.exited.then((why) => why !== null && remote.fail(givenUp(why, folder)));
  return {
    remote,
    join,
    async close() {
      await remote.close(null);
      await server.close();
      await post.close();
      await broker.stop();
    },
  };
}

/** A copy of a database has the same id, and may use the same broker at the same time: its queues are others. */
function prefixOf(database: string, { file, identity }: Storage): string {
  const place = createHash('sha256')
    .update(`${identity.ino} ${resolve(file)}`)
    .digest('hex');
  return `cosweep-${database.slice(0, 8)}-${place.slice(0, 8)}`;
}

/** The port of the blobs before, where nobody has it now; 0 stands for any. */
async function freeAgain(address: string, before: Join | null): Promise<number> {
  if (!before?.blobs || !('url' in before.blobs)) return 0;
  const port = Number(new URL(before.blobs.url).port);
  return (await isFree(address, port)) ? port : 0;
}

function refuseOther(path: string | null, join: Join | null, database: string): void {
  if (join === null || join.database === database) return;
  throw new UserError(
    `Cannot use the join file ${path}: it is of another database (${join.database}, here it is ${database}); ` +
      'wanted one of this database, or a path at which there is none yet',
  );
}

interface Opened {
  url: string;
  certificate: string | null;
  /** It was started here. */
  private: boolean;
  /** Why it was given up; null where it was stopped. One that was not started here does not tell. */
  exited: Promise<string | null>;
  stop: () => Promise<void>;
}

async function openBroker(folder: string, { address, url, log }: Listen, before: Join | null): Promise<Opened> {
  if (url === null) {
    const broker = await startBroker({ folder, address, log });
    log(`${broker.name} is started at ${address}`);
    return { ...broker, private: true };
  }
  const certificate = before?.url === url ? before.certificate : null;
  const { warnings } = await inspectBroker(url, certificate);
  for (const warning of warnings) log(warning);
  return { url, certificate, private: false, exited: new Promise(() => {}), stop: async () => {} };
}

function givenUp(why: string, folder: string): RemoteGone {
  return new RemoteGone(
    `Cannot go on training on other machines: ${why}\n` +
      'What was trained is stored. Wanted: what its last lines ask for, room on the disk or memory maybe, and the ' +
      `same command again; without ${folder} the broker begins anew, and nothing but its queues is lost`,
  );
}

/** The private broker's certificate, or one like it; null where blobs stay on this machine and cannot have one. */
async function encryption(
  folder: string,
  { host, address, loopback }: ListenAddress,
): Promise<{ key: string; cert: string } | null> {
  const openssl = findOpenssl();
  if (openssl !== null) {
    openBrokerFolder(folder);
    await keepCertificate(folder, openssl, [host, address]);
    return readTls(folder);
  }
  if (loopback) return null;
  throw new UserError(
    `Cannot listen at ${host}: checkpoints would not be encrypted, since the PATH has no openssl, which makes the ` +
      'certificate; wanted openssl, or no address after --listen and tunnels (ssh -L) from the other machines',
  );
}

function readTls(folder: string): { key: string; cert: string } {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { key: read(FILES.key), cert: read(FILES.certificate) };
}
