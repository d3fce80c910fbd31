import { createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { certificateOf } from '../../helpers/certificate-of.ts';
import { hasPostgres, startPostgres, type Postgres } from '../../helpers/postgres.ts';
import { inspectBroker } from '../../../server/remote/broker/inspect-broker.ts';
import { judgePostgres } from '../../../server/remote/broker/inspect-postgres.ts';
import { freePort } from '../../../server/remote/broker/listen-address.ts';
import { parsePostgresAddress } from '../../../server/remote/broker/postgres-address.ts';
import { askPostgres } from '../../../server/remote/broker/ask-postgres.ts';
import { openBull } from '../../../server/remote/queues/bull.ts';
import { UserError } from '../../../server/sweep/user-error.ts';

async function refusal(url: string, certificate: string | null = null): Promise<string> {
  const error = await inspectBroker(url, certificate).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as Error;
  expect(message).not.toContain('hidden');
  return message;
}

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!hasPostgres)('a PostgreSQL that somebody else runs', () => {
  let postgres: Postgres;
  const sql = (text: string): Promise<unknown> => askPostgres(postgres.url, null, (server) => server.query(text));
  const urlOf = (change: (url: URL) => void): string => {
    const url = new URL(postgres.url);
    change(url);
    return url.href;
  };
  beforeAll(async () => {
    postgres = await startPostgres();
    await sql("CREATE ROLE guest LOGIN PASSWORD 'hidden'");
    await sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    return () => postgres.remove();
  });

  it('is said to be good where it is', async () => {
    const { name, version, warnings } = await inspectBroker(postgres.url.replace('postgres:', 'postgresql:'), null);
    expect(name).toBe('PostgreSQL');
    expect(version).toMatch(/^\d+(\.\d+)?$/);
    expect(warnings).toEqual([]);
  });

  it('says what is wrong with the address', async () => {
    expect(await refusal(urlOf((url) => (url.password = 'hidden')))).toMatch(
      /^Cannot reach postgres:\/\/cosweep:\*\*\*@127\.0\.0\.1:\d+\/postgres: user or password is wrong$/,
    );
    expect(await refusal(urlOf((url) => (url.password = '')))).toMatch(/it wants a password, and none was given/);
    expect(await refusal(urlOf((url) => (url.pathname = '/nothing')))).toMatch(/it has no database of this name/);
    expect(await refusal(urlOf((url) => (url.search = 'sslmode=require')))).toMatch(/it does not speak TLS/);
    expect(await refusal(urlOf((url) => (url.pathname = '/latin')))).toMatch(/encoding is LATIN1, wanted .* UTF8/);
  });

  it('takes the password from the environment, as any client of PostgreSQL does', async () => {
    vi.stubEnv('PGPASSWORD', decodeURIComponent(new URL(postgres.url).password));
    const { name } = await inspectBroker(
      urlOf((url) => (url.password = '')),
      null,
    );
    expect(name).toBe('PostgreSQL');
  });

  it('may refuse the schema: who may make it once is enough', async () => {
    const guest = urlOf((url) => Object.assign(url, { username: 'guest', password: 'hidden' }));
    expect(await refusal(guest)).toMatch(
      /guest may not make the schema cosweep there; wanted: GRANT CREATE ON DATABASE "postgres" TO "guest"/,
    );
    await sql('GRANT CREATE ON DATABASE postgres TO guest');
    const open = () => openBull({ url: guest, certificate: null, prefix: 'a', lock: 1000, log: () => {} });
    await (await open()).close();
    await sql('REVOKE CREATE ON DATABASE postgres FROM guest');
    await inspectBroker(guest, null);
    const office = await open();
    await office.tickets('orders').add('t-1');
    expect(await office.tickets('orders').isThere('t-1')).toBe(true);
    await office.close();
  });

  it('may have the schema of somebody else: who may make another one may not use it', async () => {
    for (const name of ['maker', 'other']) await sql(`CREATE ROLE ${name} LOGIN PASSWORD 'hidden'`);
    await sql('CREATE DATABASE shared');
    await sql('GRANT CREATE ON DATABASE shared TO maker, other');
    const urlFor = (username: string): string =>
      urlOf((url) => Object.assign(url, { username, password: 'hidden', pathname: '/shared' }));
    const open = (url: string) => openBull({ url, certificate: null, prefix: 'a', lock: 1000, log: () => {} });
    await (await open(urlFor('maker'))).close();
    const wanted = /the schema cosweep there is maker's, and other may not .* wanted: .* GRANT "maker" TO "other"/;
    expect(await refusal(urlFor('other'))).toMatch(wanted);
    await expect(open(urlFor('other'))).rejects.toThrow(/^Cannot reach postgres:.* its user lacks a right there/);
    await sql('GRANT maker TO other');
    await inspectBroker(urlFor('other'), null);
    await (await open(urlFor('other'))).close();
  });

  it('is asked with TLS, and believed with the pinned certificate alone', async () => {
    const tls = await startPostgres({ certificate: 'head' });
    try {
      const url = `${tls.url}?sslmode=verify-full`;
      const { warnings } = await inspectBroker(url, certificateOf('head'));
      expect(warnings).toEqual([]);
      expect(await refusal(url, certificateOf('other'))).toMatch(
        /its certificate is not the one that was written down/,
      );
      for (const rejects of ['1', '0']) {
        vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', rejects); // whatever the environment says
        expect(await refusal(url)).toMatch(/signed by nobody that this machine trusts/);
      }
    } finally {
      await tls.remove();
    }
  });
});

describe('what is no PostgreSQL', () => {
  it('is not there, or something else', async () => {
    const url = (port: number): string => `postgres://u:hidden@127.0.0.1:${port}/d`;
    expect(await refusal(url((await freePort('127.0.0.1'))!))).toMatch(/nobody listens there .* running PostgreSQL/);
    expect(await refusal('postgres://u:hidden@no-such-machine.invalid')).toMatch(/no machine of the name no-such-mach/);
    const closing = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => closing.once('listening', resolve));
    const { port } = closing.address() as { port: number };
    expect(await refusal(url(port))).toMatch(/it closes the connection; it may be no PostgreSQL/);
    closing.close();
  });

  test.each([
    ['postgres://:hidden@host', /it names no user; wanted postgres:\/\/USER:PASSWORD@HOST:PORT\/DATABASE/],
    ['postgres://u:hidden@host/a/b', /found "\/a\/b" after the host, wanted the name of a database/],
    ['postgres://u:hidden%zz@host', /%25 stands for %/],
    ['postgres://u:hidden@host?sslmode=prefer', /found sslmode "prefer", wanted disable, or one of require/],
    ['postgres://u:hidden@host?options=hidden', /found the parameter options, wanted sslmode alone/],
  ])('%s is no address', async (url, message) => {
    expect(await refusal(url)).toMatch(message);
  });

  it('reads addresses', () => {
    expect(parsePostgresAddress('postgresql://u%40:p%20%2F@[::1]:7/my%20data?sslmode=verify-full')).toEqual({
      host: '::1',
      port: 7,
      user: 'u@',
      password: 'p /',
      database: 'my data',
      encrypted: true,
    });
    expect(parsePostgresAddress('postgres://me@db.example')).toEqual({
      host: 'db.example',
      port: 5432,
      user: 'me',
      password: null,
      database: 'me',
      encrypted: false,
    });
  });

  it('refuses one that is too old or a replica, and warns of what may be read on the way', () => {
    const url = 'postgres://u:hidden@10.0.0.1/d';
    const rights = { mayCreate: true, isMade: false, owner: null, mayUse: true };
    const found = { version: '16.2 (Debian)', number: 160_002, encoding: 'UTF8', isReplica: false, ...rights };
    const judge = (change: object) => judgePostgres(url, parsePostgresAddress(url), { ...found, ...change });
    expect(() => judge({ version: '12.3', number: 120_003 })).toThrow(/found PostgreSQL 12.3, wanted 13 or newer/);
    expect(() => judge({ isReplica: true })).toThrow(/it is a replica, which cannot be written; wanted its primary/);
    expect(judge({ version: '13.1', number: 130_001 }).warnings[0]).toMatch(/13.1 is old: 14 or newer/);
    expect(judge({})).toEqual({
      name: 'PostgreSQL',
      version: '16.2',
      warnings: [expect.stringMatching(/not encrypted.*sslmode=verify-full/)],
    });
  });
});
