import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { maskUrl, parseDatabaseAddress, databaseUrl } from '../../../server/remote/broker/database-address.ts';
import { inspectBroker } from '../../../server/remote/broker/inspect-broker.ts';
import { freePort } from '../../../server/remote/broker/listen-address.ts';
import { UserError } from '../../../server/sweep/user-error.ts';
import { hasRedis } from '../../helpers/redis.ts';

const PASSWORD = 'hidden %/@ password';

let folder: string;
let started: (ChildProcess | Server)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-inspect-'));
  started = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const each of started) {
    if ('kill' in each) {
      each.kill('SIGKILL');
      if (each.exitCode === null && each.signalCode === null) await once(each, 'exit');
    } else each.close();
  }
  rmSync(folder, { recursive: true });
});

/** A server as an administrator might run it. */
async function serve(...options: string[]): Promise<number> {
  const port = (await freePort('127.0.0.1'))!;
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--requirepass', PASSWORD, ...options];
  const server = spawn('redis-server', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(server);
  let said = '';
  for await (const chunk of server.stdout!.setEncoding('utf8')) {
    said += chunk;
    if (said.includes('Ready to accept connections')) break;
  }
  return port;
}

/** A certificate for 127.0.0.1; one that ends a number of days before now has expired. */
function certify(days: number): { certificate: string; options: string[] } {
  const [cert, key, request, names] = ['cert', 'key', 'request', 'names'].map((name) => join(folder, `${name}${days}`));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  writeFileSync(names!, 'subjectAltName=IP:127.0.0.1\n');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', ...curve, '-subj', '/CN=x', '-keyout', key!, '-out', request!);
  openssl(
    ...['x509', '-req', '-in', request!, '-signkey', key!, '-days', String(days), '-extfile', names!, '-out', cert!],
  );
  const options = ['--tls-cert-file', cert!, '--tls-key-file', key!, '--tls-auth-clients', 'no'];
  return { certificate: readFileSync(cert!, 'utf8'), options };
}

const urlOf = (port: number, { password = PASSWORD, scheme = 'redis' } = {}) =>
  `${scheme}://:${encodeURIComponent(password)}@127.0.0.1:${port}`;

async function refusal(url: string, certificate: string | null = null): Promise<string> {
  const error = await inspectBroker(url, certificate).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as Error;
  expect(message).not.toMatch(/hidden|other-secret/);
  return message;
}

const GOOD = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];

describe.skipIf(!hasRedis)('a server that somebody else runs', () => {
  it('is said to be good where it is', async () => {
    const { name, version, warnings } = await inspectBroker(urlOf(await serve(...GOOD)), null);
    expect(name).toMatch(/^(Redis|Valkey)$/);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(warnings).toEqual([]);
  });

  it('may delete orders, or forget them: a warning says what to change', async () => {
    const port = await serve('--save', '', '--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru');
    const { warnings } = await inspectBroker(urlOf(port), null);
    expect(warnings).toEqual([
      expect.stringMatching(
        /maxmemory-policy is allkeys-lru: when memory is short it deletes orders\. Wanted: noeviction/,
      ),
      expect.stringMatching(/writes nothing to disk.*Wanted: appendonly yes/),
    ]);
  });

  it('may save snapshots in place of a file, and may not say so', async () => {
    const saving = await serve('--save', '3600 1', '--appendonly', 'no');
    expect((await inspectBroker(urlOf(saving), null)).warnings).toEqual([]);
    const silent = await serve('--save', '', '--appendonly', 'no', '--rename-command', 'CONFIG', '');
    expect((await inspectBroker(urlOf(silent), null)).warnings).toEqual([
      expect.stringMatching(/keeps no append-only file, and does not say whether it saves snapshots/),
    ]);
  });

  it('is refused as a replica', async () => {
    const primary = await serve(...GOOD);
    const replica = await serve('--replicaof', `127.0.0.1 ${primary}`, '--masterauth', PASSWORD);
    expect(await refusal(urlOf(replica))).toMatch(/it is a replica, which cannot be written; wanted its primary/);
  });

  it('is asked with TLS, and believed with the pinned certificate alone', async () => {
    const { certificate, options } = certify(30);
    const tls = (await freePort('127.0.0.1'))!;
    await serve(...GOOD, '--tls-port', String(tls), ...options);
    const url = urlOf(tls, { scheme: 'rediss' });
    expect((await inspectBroker(url, certificate)).warnings).toEqual([]);
    const other = certify(31).certificate;
    expect(await refusal(url, other)).toMatch(/its certificate is not the one that was written down/);
    expect(await refusal(url)).toMatch(/signed by nobody that this machine trusts \(NODE_EXTRA_CA_CERTS/);
    expect(await refusal(url.replace('127.0.0.1', 'localhost'), certificate)).toMatch(/not for the name localhost/);
    expect(await refusal(urlOf(tls))).toMatch(/it may want TLS: rediss:\/\//);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await refusal(url, other)).toMatch(/its certificate is not the one that was written down/);
    expect(await refusal(url)).toMatch(/signed by nobody that this machine trusts/);
  });

  it('whose certificate has expired is refused', async () => {
    const { certificate, options } = certify(-1);
    const tls = (await freePort('127.0.0.1'))!;
    await serve(...GOOD, '--tls-port', String(tls), ...options);
    expect(await refusal(urlOf(tls, { scheme: 'rediss' }), certificate)).toMatch(/its certificate has expired/);
  });
});

describe.skipIf(!hasRedis)('what cannot be reached', () => {
  it('wrong password, none, and nobody there', async () => {
    const port = await serve(...GOOD);
    expect(await refusal(urlOf(port, { password: 'other-secret' }))).toBe(
      `Cannot reach redis://:***@127.0.0.1:${port}: the password is wrong`,
    );
    expect(await refusal(`redis://127.0.0.1:${port}`)).toMatch(/it wants a password, and none was given/);
    expect(await refusal(urlOf((await freePort('127.0.0.1'))!))).toMatch(/nobody listens there \(ECONNREFUSED\)/);
    expect(await refusal('redis://:hidden@no-such-machine.invalid')).toMatch(/no machine of the name no-such-machine/);
    expect(await refusal(urlOf(port, { scheme: 'rediss' }))).toMatch(/no answer .* or it may not speak TLS/);
  });

  it('what is no Redis, and what never answers', async () => {
    const web = createHttpServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    started.push(web, silent);
    await wait(50);
    const portOf = (server: Server) => (server.address() as { port: number }).port;
    expect(await refusal(urlOf(portOf(web)))).toMatch(/is no Redis/);
    expect(await refusal(urlOf(portOf(silent)))).toMatch(/no answer within 10 s/);
  });

  it.each([
    ['not an address hidden', /Cannot use what was given as --url: it is not an address; wanted redis:\/\/:PASSWORD@/],
    ['https://u:hidden@host', /Cannot use https:\/\/u:\*\*\*@host\/ as --url: found https:\/\//],
    ['redis://:hidden@host/abc', /after the host, wanted a number or nothing/],
    ['redis://:hidden%zz@host', /%25 stands for %/],
    ['redis:hidden', /names no host|found/],
  ])('what is no address of Redis: %s', async (url, message) => {
    expect(await refusal(url)).toMatch(message);
  });
});

describe('addresses', () => {
  it('are written as they were read, and shown without their password', () => {
    for (const url of ['redis://h:6379', 'rediss://:p%20%2F@10.0.0.1:1', 'redis://u:p@[::1]:7/3'])
      expect(databaseUrl(parseDatabaseAddress(url))).toBe(url);
    expect(parseDatabaseAddress('rediss://u:p%40@[::1]')).toEqual({
      host: '::1',
      port: 6379,
      username: 'u',
      password: 'p@',
      index: 0,
      encrypted: true,
    });
    expect(maskUrl('postgres://u:hidden@h/d?password=hidden')).toBe('postgres://u:***@h/d');
  });
});
