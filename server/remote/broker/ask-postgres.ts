import type { Client } from 'pg';
import { UserError } from '../../sweep/user-error.ts';
import { BrokerAway, tlsOptions } from './connect.ts';
import { maskUrl } from './database-address.ts';
import { CERTIFICATE_FAULTS, meaningOf, type Explanation } from './faults.ts';
import { loadPeer } from './peer-packages.ts';
import { parsePostgresAddress, type PostgresAddress } from './postgres-address.ts';

/** After this time without an answer a server counts as unreachable, in milliseconds. */
const ANSWER_WITHIN = 10_000;

/** In milliseconds: after which it is asked whether a connection that is silent is still there. */
const ALIVE_EVERY = 10_000;

/**
 * What `pg` is told of a server.
 *
 * @param certificate the only one that the server is believed with, as PEM; null: any that the system trusts
 */
export function clientOptions(address: PostgresAddress, certificate: string | null): object {
  const { host, port, user, password, database, encrypted } = address;
  return {
    host,
    port,
    user,
    database,
    ...(password === null ? {} : { password }),
    ssl: encrypted ? tlsOptions(certificate) : false,
    application_name: 'cosweep',
    connectionTimeoutMillis: ANSWER_WITHIN,
    query_timeout: 2 * ANSWER_WITHIN,
    keepAlive: true,
    keepAliveInitialDelayMillis: ALIVE_EVERY,
  };
}

/** Connects once, and asks. An error is told as a sentence that says what was found and what is wanted. */
export async function askPostgres<T>(
  url: string,
  certificate: string | null,
  ask: (server: Client, address: PostgresAddress) => Promise<T>,
): Promise<T> {
  const address = parsePostgresAddress(url);
  const { Client } = await loadPeer('pg', () => import('pg'));
  const server = new Client(clientOptions(address, certificate));
  server.on('error', () => {}); // what was asked fails as well
  try {
    await server.connect();
    return await ask(server, address);
  } catch (error) {
    throw explainPostgres(error, url, certificate);
  } finally {
    void server.end().catch(() => {});
  }
}

const AWAY =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|57P03|53300|timeout|terminated/;

/** What the system, TLS and PostgreSQL say, and what it means. */
export function explainPostgres(error: unknown, url: string, certificate: string | null): unknown {
  if (error instanceof UserError) return error;
  const { message, code = '' } = error as Error & { code?: string };
  const asked = { ...parsePostgresAddress(url), certificate };
  const meaning = meaningOf(`${code} ${message}`, EXPLANATIONS, asked) ?? message;
  const Kind = AWAY.test(`${code} ${message}`) ? BrokerAway : UserError;
  return new Kind(`Cannot reach ${maskUrl(url)}: ${meaning}`, { cause: error });
}

const EXPLANATIONS: readonly Explanation[] = [
  [/ECONNREFUSED/, 'nobody listens there (ECONNREFUSED); wanted a running PostgreSQL'],
  [/ENOTFOUND|EAI_AGAIN/, ({ host }) => `there is no machine of the name ${host}`],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to this machine from here'],
  [/ETIMEDOUT|timeout/, `no answer within ${ANSWER_WITHIN / 1000} s; a firewall may be in between`],
  [/28P01/, 'user or password is wrong'],
  [/password must be a/, 'it wants a password, and none was given'],
  [/28000/, 'it lets nobody in like that (pg_hba.conf); it may want an encrypted connection: ?sslmode=verify-full'],
  [
    /42501|3F000/,
    'its user lacks a right there; wanted: CREATE on the database, and on its schema cosweep if there is one',
  ],
  [/3D000/, 'it has no database of this name'],
  [/53300/, 'it has no connection left (max_connections); each process of Cosweep takes up to three'],
  [/57P03/, 'it is starting, or about to end'],
  [/unsupported startup parameter/, 'a pooler answers there (PgBouncer, for example); wanted PostgreSQL itself'],
  [/does not support SSL/, 'it does not speak TLS; wanted the address without sslmode'],
  ...CERTIFICATE_FAULTS,
  [/SSL connection|terminated|ECONNRESET|EPIPE/, 'it closes the connection; it may be no PostgreSQL'],
];
