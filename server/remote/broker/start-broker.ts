import { join } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import { newPassword, openBrokerFolder, readState, writeState } from './broker-folder.ts';
import { findOpenssl, keepCertificate } from './certificate.ts';
import { loadIoredis } from './connect.ts';
import { databaseUrl, type DatabaseAddress } from './database-address.ts';
import { findServer, type ServerProgram } from './find-server.ts';
import { keepServer, type KeptServer } from './keep-server.ts';
import { endLeftServer } from './left-server.ts';
import { findListenAddress, freePort, isFree, type ListenAddress } from './listen-address.ts';
import { FILES, serverConfiguration } from './server-configuration.ts';
import { writePrivate } from './write-private.ts';

export interface BrokerOptions {
  /** Where its queues, password and certificate are kept, beside the database. */
  folder: string;
  /** The one address that it listens at. */
  address?: string;
  /** Gets what happens to it, in sentences. */
  log?: (sentence: string) => void;
}

/** A private server for the queues. */
export interface Broker extends KeptServer {
  /** With its password. */
  url: string;
  /** The certificate to pin, as PEM; null where the connection is not encrypted. */
  certificate: string | null;
  /** What it is, for the log: `Redis 7.0.15`. */
  name: string;
}

/**
 * Starts a private Redis or Valkey: at one address, under a password, encrypted where that is possible, with no
 * dangerous command. It ends with this process, also where this one is killed. What waits in it is synced to disk every
 * second.
 *
 * A server that dies is started again in its place: with the same port, password, certificate and queues, so that
 * whoever was connected connects again. So is it at the next start of the same folder, as long as its port is free.
 */
export async function startBroker({ folder, address = '127.0.0.1', log = () => {} }: BrokerOptions): Promise<Broker> {
  const place = await findListenAddress(address);
  await loadIoredis();
  const program = await findServer();
  const openssl = program.encrypts ? findOpenssl() : null;
  if (openssl === null) refuseOpen(place, program);
  openBrokerFolder(folder);
  await endLeftServer(folder);
  const certificate = openssl === null ? null : await keepCertificate(folder, openssl, [place.host, place.address]);
  const server = await choosePlace(folder, place, certificate !== null);
  const kept = await keepServer({ program, folder, address: server, certificate, log });
  return {
    url: databaseUrl({ ...server, host: place.host }),
    certificate,
    name: `${program.name} ${program.version}`,
    ...kept,
  };
}

/** On the way to another machine anybody in between would read the password. */
function refuseOpen({ host, loopback }: ListenAddress, { program, fetched, encrypts }: ServerProgram): void {
  if (loopback) return;
  const found = encrypts
    ? 'the PATH has no openssl, which makes its certificate'
    : `${program} was built without TLS${fetched ? ', and is for tunnels only' : ''}`;
  throw new UserError(
    `Cannot start a broker at ${host}: its connections would not be encrypted, since ${found}. ` +
      `Wanted ${encrypts ? 'openssl' : "the system's redis-server or valkey-server"}; ` +
      'or no address after --listen, and tunnels (ssh -L) from the other machines',
  );
}

/** The same port and password as before where that is possible: join files name them. */
async function choosePlace(folder: string, place: ListenAddress, encrypted: boolean): Promise<DatabaseAddress> {
  const before = readState(folder);
  const { address } = place;
  const isSame = before !== null && before.address === address && (await isFree(address, before.port));
  const port = isSame ? before.port : (await freePort(address))!;
  const password = before?.password ?? newPassword();
  writeState(folder, { password, address, port, starter: process.pid });
  writePrivate(
    join(folder, FILES.configuration),
    serverConfiguration({ address, port, password, encrypted }),
    "the broker's configuration",
  );
  return { host: address, port, username: null, password, index: 0, encrypted };
}
