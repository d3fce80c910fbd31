import { lookup } from 'node:dns/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { UserError } from '../../sweep/user-error.ts';

export interface ListenAddress {
  /** As it was given: what workers connect to. */
  host: string;
  /** The one address that it stands for. */
  address: string;
  loopback: boolean;
}

/** Finds the one address of this machine that a server is to listen at. */
export async function findListenAddress(host: string): Promise<ListenAddress> {
  const refuse = (found: string): never => {
    throw new UserError(
      `Cannot listen at ${JSON.stringify(host)}: ${found}; wanted an address of this machine (${ownAddresses()})`,
    );
  };
  if (!/^[\w.:-]+$/.test(host)) refuse('it is no address');
  const found = await lookup(host).catch(() => null);
  if (found === null) return refuse('there is no machine of this name');
  const { address } = found;
  if (/^(0\.0\.0\.0|::)$/.test(address)) refuse('it stands for every address');
  const loopback = address === '::1' || address.startsWith('127.');
  if (loopback && host !== address && host !== 'localhost')
    refuse(`on this machine it means ${address}, which no other machine can reach`);
  if ((await freePort(address)) === null) refuse(`it is ${address}, which is not this machine`);
  return { host, address, loopback };
}

/** A port that nobody listens at; null where the address is not this machine's. */
export async function freePort(address: string): Promise<number | null> {
  return await listenOnce(address, 0);
}

export async function isFree(address: string, port: number): Promise<boolean> {
  return (await listenOnce(address, port)) !== null;
}

function listenOnce(host: string, port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ host, port, exclusive: true }, () => {
      const { port: given } = server.address() as { port: number };
      server.close(() => resolve(given));
    });
  });
}

function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all
    .filter(({ address }) => !address.startsWith('fe80:'))
    .map(({ address }) => address)
    .join(', ');
}
