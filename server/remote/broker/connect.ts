import type { Redis, RedisOptions } from 'ioredis';
import { UserError } from '../../sweep/user-error.ts';
import { databaseUrl, maskUrl, type DatabaseAddress } from './database-address.ts';
import { CERTIFICATE_FAULTS, meaningOf, type Explanation } from './faults.ts';
import { loadPeer } from './peer-packages.ts';

/** After this time without an answer a server counts as unreachable, in milliseconds. */
const ANSWER_WITHIN = 10_000;

export function loadIoredis() {
  return loadPeer('ioredis', () => import('ioredis'));
}

/**
 * What ioredis is told of a server.
 *
 * @param certificate the only one that the server is believed with, as PEM; null: any that the system trusts
 */
export function connectionOptions(address: DatabaseAddress, certificate: string | null): RedisOptions {
  const { host, port, username, password, index, encrypted } = address;
  return {
    host,
    port,
    db: index,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(encrypted ? { tls: tlsOptions(certificate) } : {}),
  };
}

/**
 * Whom an encrypted connection believes. NODE_TLS_REJECT_UNAUTHORIZED in the environment does not change that.
 *
 * @param certificate no other one, as PEM; null: any that the system trusts
 */
export function tlsOptions(certificate: string | null): { rejectUnauthorized: true; ca?: string } {
  return { rejectUnauthorized: true, ...(certificate === null ? {} : { ca: certificate }) };
}

/** Connects once, and asks. An error is told as a sentence that says what was found and what is wanted. */
export async function askServer<T>(
  address: DatabaseAddress,
  certificate: string | null,
  ask: (server: Redis) => Promise<T>,
): Promise<T> {
  const { Redis: Client } = await loadIoredis();
  const server = new Client({
    ...connectionOptions(address, certificate),
    lazyConnect: true,
    connectTimeout: ANSWER_WITHIN,
    commandTimeout: ANSWER_WITHIN,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    disableClientInfo: true,
  });
  let told: unknown = null; // what `connect` rejects with is less than what the event says
  server.on('error', (error) => (told ??= error));
  let late: NodeJS.Timeout | undefined;
  try {
    const silence = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Silence()), ANSWER_WITHIN);
    });
    const answer = server.connect().then(() => ask(server));
    return await Promise.race([answer, silence]);
  } catch (error) {
    throw explain(error instanceof Silence ? error : (told ?? error), address, certificate);
  } finally {
    clearTimeout(late);
    server.disconnect();
  }
}

class Silence extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Nobody answers there now; a server that is started again may do so soon. */
export class BrokerAway extends UserError {
  override name = 'BrokerAway';
}

const AWAY = /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|LOADING|Connection is closed/;

/** What the system, TLS and Redis say, and what it means. */
function explain(error: unknown, address: DatabaseAddress, certificate: string | null): unknown {
  const { message, code = '', command } = error as Error & { code?: string; command?: { name?: string } };
  const place = maskUrl(databaseUrl(address));
  const meaning = meaningOf(`${code} ${message}`, EXPLANATIONS, { ...address, certificate });
  if (meaning === null && code === '' && command === undefined) return error;
  const Kind = AWAY.test(`${code} ${message}`) ? BrokerAway : UserError;
  return new Kind(`Cannot reach ${place}: ${meaning ?? message}`, { cause: error });
}

const EXPLANATIONS: readonly Explanation[] = [
  [/ECONNREFUSED/, 'nobody listens there (ECONNREFUSED); wanted a running Redis or Valkey'],
  [/ENOTFOUND|EAI_AGAIN/, ({ host }) => `there is no machine of the name ${host}`],
  [
    /ETIMEDOUT|Command timed out/,
    ({ encrypted }) =>
      `no answer within ${ANSWER_WITHIN / 1000} s; a firewall may be in between` +
      (encrypted ? ', or it may not speak TLS (redis:// in place of rediss://)' : ''),
  ],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to this machine from here'],
  [/WRONGPASS|invalid password/, 'the password is wrong'],
  [/NOAUTH/, 'it wants a password, and none was given'],
  ...CERTIFICATE_FAULTS,
  [
    /WRONG_VERSION_NUMBER|EPROTO|packet length too long/i,
    'it does not speak TLS; wanted redis:// in place of rediss://',
  ],
  [/Protocol error|ParserError/, 'what answers there is no Redis'],
  [
    /ECONNRESET|EPIPE|Connection is closed|socket hang up|disconnected/i,
    ({ encrypted }) =>
      `it closes the connection; ${encrypted ? 'it may not speak TLS' : 'it may want TLS: rediss://'}, or is no Redis`,
  ],
];
