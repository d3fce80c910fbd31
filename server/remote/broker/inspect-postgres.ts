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
  /** Whether its user may make a schema. */
  mayCreate: boolean;
  /** Whether the tables of the queues are there. */
  isMade: boolean;
  /** Of the schema; null where there is none yet. */
  owner: string | null;
  /** Whether its user may make and write tables in the schema, if it is there. */
  mayUse: boolean;
}

const QUERY = `WITH
  own AS (SELECT oid, nspowner FROM pg_namespace WHERE nspname = '${POSTGRES_SCHEMA}'),
  job AS (SELECT c.oid FROM pg_class c JOIN own ON c.relnamespace = own.oid WHERE c.relname = 'job')
  SELECT current_setting('server_version') AS version,
  current_setting('server_version_num')::int AS number,
  current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS "isReplica",
  has_database_privilege(current_database(), 'CREATE') AS "mayCreate",
  EXISTS (SELECT FROM job) AS "isMade",
  (SELECT pg_get_userbyid(nspowner)::text FROM own) AS owner,
  COALESCE((SELECT has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE') FROM own), true)
    AND COALESCE((SELECT has_table_privilege(oid, 'INSERT') FROM job), true) AS "mayUse"`;

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
  // BullMQ asks for this right where it makes its tables, even if the schema is there.
  if (!found.isMade && !found.mayCreate)
    refuse(
      `${user} may not make the schema ${POSTGRES_SCHEMA} there; ` +
        `wanted: GRANT CREATE ON DATABASE "${database}" TO "${user}"`,
    );
  if (!found.mayUse)
    refuse(
      `the schema ${POSTGRES_SCHEMA} there is ${found.owner}'s, and ${user} may not make and write tables in it; ` +
        `wanted: that user, or GRANT "${found.owner}" TO "${user}"`,
    );
  const warnings: string[] = [];
  if (found.number < RECOMMENDED * 10_000)
    warnings.push(`PostgreSQL ${version} is old: ${RECOMMENDED} or newer is recommended.`);
  if (!encrypted && !isLoopback(host))
    warnings.push('The connection is not encrypted: whoever is in between reads it (?sslmode=verify-full encrypts).');
  return { name: 'PostgreSQL', version, warnings };
}
