import type { Redis } from 'ioredis';
import { UserError } from '../../sweep/user-error.ts';
import { askServer } from './connect.ts';
import { maskUrl, parseDatabaseAddress } from './database-address.ts';
import { inspectPostgres } from './inspect-postgres.ts';
import type { InspectedBroker } from './inspected-broker.ts';
import { isLoopback } from './is-loopback.ts';
import { isPostgres } from './postgres-address.ts';
import { isOlder } from '../../training/engines/tensorflow/is-older.ts';

/** BullMQ's least version of Redis, and the least that it recommends. */
const MINIMUM = '5.0.0';
const RECOMMENDED = '6.2.0';

/**
 * Looks at a server before anything is sent through it. What makes it useless is an error; what may lose orders is a
 * warning, for the head puts lost ones back.
 *
 * @param url with user and password, where the server wants them
 * @param certificate as PEM, where the server is to be believed with this one alone
 */
export async function inspectBroker(url: string, certificate: string | null): Promise<InspectedBroker> {
  if (isPostgres(url)) return inspectPostgres(url, certificate);
  const address = parseDatabaseAddress(url);
  return await askServer(address, certificate, async (server) => {
    const info = parseInfo(await server.info());
    const isValkey = info.has('valkey_version');
    const version = info.get('valkey_version') ?? info.get('redis_version');
    if (version === undefined) throw new UserError(`Cannot use ${maskUrl(url)}: it does not say which Redis it is`);
    const name = isValkey ? 'Valkey' : 'Redis';
    // Valkey begins where Redis 7.2 ended.
    if (!isValkey && isOlder(version, MINIMUM))
      throw new UserError(`Cannot use ${maskUrl(url)}: found Redis ${version}, wanted ${MINIMUM} or newer`);
    refuseMode(url, info);
    const warnings = [
      ...(!isValkey && isOlder(version, RECOMMENDED)
        ? [`Redis ${version} is old: ${RECOMMENDED} or newer is recommended.`]
        : []),
      ...policyWarning(info),
      ...(await persistenceWarning(server, info)),
      ...(address.encrypted || isLoopback(address.host)
        ? []
        : ['The connection is not encrypted: whoever is in between reads the password (rediss:// encrypts).']),
    ];
    return { name, version, warnings };
  });
}

function parseInfo(text: string): Map<string, string> {
  return new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

/** Queues need several keys in one script, and somebody who writes them down. */
function refuseMode(url: string, info: Map<string, string>): void {
  if (info.get('redis_mode') === 'cluster')
    throw new UserError(`Cannot use ${maskUrl(url)}: it is part of a Redis Cluster; wanted a server of its own`);
  if (info.get('role') === 'slave')
    throw new UserError(`Cannot use ${maskUrl(url)}: it is a replica, which cannot be written; wanted its primary`);
}

function policyWarning(info: Map<string, string>): string[] {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return [];
  return [
    `Its maxmemory-policy is ${policy}: when memory is short it deletes orders. ` +
      'Wanted: noeviction (CONFIG SET maxmemory-policy noeviction).',
  ];
}

/** Without it a restart of the server loses what waits; the head notices and puts it back. */
async function persistenceWarning(server: Redis, info: Map<string, string>): Promise<string[]> {
  if (info.get('aof_enabled') === '1') return [];
  const points = await savePoints(server);
  if (points === null)
    return ['It keeps no append-only file, and does not say whether it saves snapshots: a restart may lose orders.'];
  if (points !== '') return [];
  return [
    'It writes nothing to disk: a restart loses all orders, which are then sent again. ' +
      'Wanted: appendonly yes (CONFIG SET appendonly yes).',
  ];
}

/** null where CONFIG is not allowed. */
async function savePoints(server: Redis): Promise<string | null> {
  try {
    const [, points] = (await server.config('GET', 'save')) as [string, string];
    return points ?? '';
  } catch {
    return null;
  }
}
