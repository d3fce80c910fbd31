import { UserError } from '../../sweep/user-error.ts';
import { askPostgres } from './ask-postgres.ts';
import { maskUrl } from './database-address.ts';
import type { InspectedBroker } from './inspected-broker.ts';
import { isLoopback } from './is-loopback.ts';
import type { PostgresAddress } from './postgres-address.ts';

/** All of Cosweep's queues are in this schema of the database. */
export const POSTGRES_SCHEMA = 'cosweep';

/** BullMQ's least version of PostgreSQL, and the least that it recommends. */
const MINIMUM = 13;
const RECOMMENDED = 14;

interface Found {
  version: string;
  /** 150004 is 15.4. */
  number: number;
  encoding: string;
  isReplica: boolean;
  mayCreate: boolean;
}

const QUERY = `SELECT current_setting('server_version') AS version,
  current_setting('server_version_num')::int AS number,
  current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS "isReplica",
  has_database_privilege(current_database(), 'CREATE') OR COALESCE((
    SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = '${POSTGRES_SCHEMA}'
  ), false) AS "mayCreate"`;

/** As `inspectBroker`, which hands addresses of PostgreSQL on. */
export function inspectPostgres(url: string, certificate: string | null): Promise<InspectedBroker> {
  return askPostgres(url, certificate, async (server, address) =>
    judgePostgres(url, address, (await server.query<Found>(QUERY)).rows[0]!),
  );
}

/** What a server is worth of which this was found. */
export function judgePostgres(url: string, address: PostgresAddress, found: Found): InspectedBroker {
  const { host, encrypted, user, database } = address;
  const version = found.version.split(' ', 1)[0]!;
  const refuse = (sentence: string): never => {
    throw new UserError(`Cannot use ${maskUrl(url)}: ${sentence}`);
  };
  if (found.number < MINIMUM * 10_000) refuse(`found PostgreSQL ${version}, wanted ${MINIMUM} or newer`);
  if (found.isReplica) refuse('it is a replica, which cannot be written; wanted its primary');
  if (found.encoding !== 'UTF8') refuse(`its encoding is ${found.encoding}, wanted a database in UTF8`);
  if (!found.mayCreate)
    refuse(
      `${user} may not make the schema ${POSTGRES_SCHEMA} there; ` +
        `wanted: GRANT CREATE ON DATABASE "${database}" TO "${user}"`,
    );
  const warnings: string[] = [];
  if (found.number < RECOMMENDED * 10_000)
    warnings.push(`PostgreSQL ${version} is old: ${RECOMMENDED} or newer is recommended.`);
  if (!encrypted && !isLoopback(host))
    warnings.push('The connection is not encrypted: whoever is in between reads it (?sslmode=verify-full encrypts).');
  return { name: 'PostgreSQL', version, warnings };
}
