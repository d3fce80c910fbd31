import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { nodeHeaders } from '../../bin/setup/node-headers.js';
import { hasTensorflow } from '../helpers/engines.ts';
import { definition } from '../http/plan-text.ts';

/** What `npm pack` makes, installed where there is nothing else: by the steps of the Dockerfile, outside Docker. */

// Compiling better-sqlite3 on a busy machine takes minutes.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 900_000 });

const MEGABYTES_AT_MOST = 250;

const root = fileURLToPath(new URL('../../', import.meta.url));
interface Lock {
  packages: Record<string, { dev?: boolean }>;
}

const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
const native = hasTensorflow ? 'cpu' : 'none';
const hasDocker = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;

let work: string;
let checkout: string;
let installed: string;
let environment: NodeJS.ProcessEnv;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'cosweep-package-'));
  checkout = join(work, 'checkout');
  installed = join(work, 'installed');
  copyCheckout();
  const cache = join(work, 'cache');
  mkdirSync(cache);
  // The library itself is a quarter of a gigabyte, and what the tests of its engine take is here already.
  if (native === 'cpu') symlinkSync(inject('builds'), join(cache, 'tensorflow'));
  environment = { ...process.env, ...nodeHeaders(), COSWEEP_CACHE: cache, COSWEEP_DB: '', COSWEEP_TOKEN: '' };
  image('tools');
  image('program', installed);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Packing takes the place of package.json for a moment, and other tests read that of the real checkout. */
function copyCheckout(): void {
  mkdirSync(checkout);
  const left = /^(node_modules|dist|bench|test|\..*|.*\.(db|tgz).*)$/;
  for (const name of readdirSync(root).filter((name) => !left.test(name)))
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
}

function image(...args: string[]): string {
  return ended(process.execPath, [join(checkout, 'bin', 'image.js'), ...args], work);
}

function cosweep(...args: string[]): string {
  return ended('npx', ['--no-install', 'cosweep', ...args], installed);
}

function ended(program: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env: environment });
  expect(status, `${program} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

describe('npm pack', () => {
  test('leaves the package.json of the checkout as it was', () => {
    expect(readFileSync(join(checkout, 'package.json'), 'utf8')).toBe(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(existsSync(join(checkout, '.package.json.checkout'))).toBe(false);
  });

  test('that was broken off is put right by the next set-up', () => {
    ended(
      process.execPath,
      ['-e', "import('./bin/pack/manifest.js').then((pack) => pack.writePackedManifest())"],
      checkout,
    );
    expect(readFileSync(join(checkout, 'package.json'), 'utf8')).not.toContain('devDependencies');
    ended(
      process.execPath,
      ['-e', "import('./bin/setup/install-packages.js').then((setup) => setup.installPackages())"],
      checkout,
    );
    expect(readFileSync(join(checkout, 'package.json'), 'utf8')).toBe(readFileSync(join(root, 'package.json'), 'utf8'));
  });
});

describe('the installed package', () => {
  const folder = (...path: string[]) => join(installed, 'node_modules', ...path);

  test('has what it runs with, and nothing that made it', () => {
    expect(readdirSync(folder('cosweep')).sort()).toEqual(
      ['LICENSE', 'README.md', 'bin', 'dist', 'docs', 'package.json', 'prisma', 'python', 'sweeps'].sort(),
    );
    expect(readdirSync(folder('cosweep', 'bin'))).toEqual(['cosweep.js']);
    expect(readdirSync(folder('cosweep', 'python'))).toEqual(['cosweep.py', 'cosweep_loss.py', 'cosweep_read.py']);
    expect(readdirSync(folder('cosweep', 'dist')).sort()).toEqual(['fonts', 'server', 'wasm', 'web']);
    expect(Object.keys(JSON.parse(readFileSync(folder('cosweep', 'package.json'), 'utf8')))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(scripts|allowScripts|devDependencies|optionalDependencies)$/)]),
    );
  });

  test('brings no development package, nor what an engine may do without', () => {
    const { dependencies, devDependencies, optionalDependencies } = own;
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
    // Another version of a package may be what one of ours runs with.
    const isOthers = (name: string): boolean =>
      Object.entries(lock.packages).some(([path, { dev }]) => path.endsWith(`/node_modules/${name}`) && dev !== true);
    for (const name of Object.keys({ ...devDependencies, ...optionalDependencies }))
      if (!isOthers(name)) expect(existsSync(folder(name)), name).toBe(false);
    for (const name of Object.keys(dependencies!)) expect(existsSync(folder(name)), name).toBe(true);
  });

  test(`takes at most ${MEGABYTES_AT_MOST} MB`, () => {
    const size = megabytes(folder());
    console.log(`installed: ${size.toFixed(0)} MB`);
    expect(size).toBeLessThanOrEqual(MEGABYTES_AT_MOST);
  });

  test('plans, trains, exports a table and weights', () => {
    writeFileSync(
      join(installed, 'tiny.json'),
      JSON.stringify({
        ...definition,
        name: 'tiny',
        seeds: 2,
        training: {
          dataset: { name: 'glyphs', train: 200 },
          model: { name: 'cnn-small', embedding: 4 },
          batches: 6,
          evalEvery: 3,
          batchSize: 16,
        },
        parameters: { ...definition.parameters, beta: { value: 0.2 }, N: { value: 3 } },
      }),
    );
    expect(JSON.parse(cosweep('plan', 'tiny.json', '--json'))).toMatchObject({ name: 'tiny', runs: 4 });
    const summary = JSON.parse(cosweep('run', 'tiny.json', '--engine', 'wasm', '--json')) as object;
    expect(summary).toMatchObject({ engine: 'wasm', runs: { complete: 4, failed: 0 } });
    expect(cosweep('export', 'latest', '--format', 'csv')).toMatch(/^arm,/m);
    cosweep('weights', 'r1', '--out', 'weights');
    cosweep('python', 'study');
    expect(existsSync(join(installed, 'study', 'cosweep.py'))).toBe(true);
    expect(existsSync(join(installed, 'weights', 'model.json'))).toBe(true);
  });

  test('reads images of a folder by the native package that is outside of the bundle', () => {
    ended(
      process.execPath,
      [
        '-e',
        "import('sharp').then(({ default: sharp }) => sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).png().toBuffer())",
      ],
      folder('cosweep'),
    );
  });

  test('serves dashboard and API', async () => {
    const server = start('--json', 'serve', '--port', '0');
    const { url, token } = JSON.parse(await server.printed(/\n$/)) as { url: string; token: string };
    const headers = { authorization: `Bearer ${token}` };
    const page = await (await fetch(url, { headers })).text();
    const [, script] = /<script[^>]* src="\.?\/?([^"]+)"/.exec(page)!;
    expect((await fetch(new URL(script!, url), { headers })).status).toBe(200);
    const sweeps = await (await fetch(new URL('api/sweeps', url), { headers })).text();
    expect(sweeps).toContain('"tiny"');
    expect(await server.signal('SIGTERM')).toBe(143);
  });

  test('has the demo: it trains with the dashboard live, and an interrupt ends both', async () => {
    const demo = start('demo');
    const said = await demo.printed(/Training sweeps\/demo\.json/);
    const [, url] = /Dashboard: (\S+)/.exec(said)!;
    const headers = { authorization: `Bearer ${new URL(url!).searchParams.get('token')}` };
    expect((await fetch(url!, { headers })).status).toBe(200);
    expect(await demo.signal('SIGINT')).toBe(130);
    await expect(fetch(url!)).rejects.toThrow();
    expect(existsSync(join(installed, 'demo.db'))).toBe(true);
  });

  test('fetches Dawn for this platform alone, and says so where it cannot', () => {
    const { folder } = JSON.parse(cosweep('engine', 'install', 'webgpu', '--json')) as { folder: string };
    expect(readdirSync(join(folder, 'dist'))).toHaveLength(1);
    const cache = join(work, 'empty-cache');
    const cut = { npm_config_registry: 'http://127.0.0.1:9', npm_config_cache: cache, npm_config_fetch_retries: '0' };
    const { status, stderr } = spawnSync('npx', ['--no-install', 'cosweep', 'engine', 'install', 'webgpu'], {
      cwd: installed,
      encoding: 'utf8',
      env: { ...environment, ...cut, COSWEEP_CACHE: cache },
    });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^Cannot fetch webgpu@[\d.]+ by npm:[^]*Wanted: a registry/m),
    ]);
    expect(readdirSync(join(cache, 'packages'))).toEqual([]);
  });

  /** Starts the program itself, since npx swallows signals. */
  function start(...args: string[]) {
    const child = spawn(process.execPath, [folder('cosweep', 'bin', 'cosweep.js'), ...args], {
      cwd: installed,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit') as Promise<[number | null]>;
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    return {
      async printed(pattern: RegExp): Promise<string> {
        while (!pattern.test(output)) await Promise.race([once(child.stdout, 'data'), failed()]);
        return output;
      },
      async signal(signal: NodeJS.Signals): Promise<number | null> {
        child.kill(signal);
        return (await exited)[0];
      },
    };
    async function failed(): Promise<never> {
      const [code] = await exited;
      throw new Error(`cosweep ${args.join(' ')} ended early with status ${code}: ${output}`);
    }
  }
});

describe('the image', () => {
  test('is made by the steps that are run here, in this order', () => {
    const steps = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/node bin\/image\.js (\w+)/g)];
    expect(steps.map(([, step]) => step)).toEqual(['tools', 'program', 'engine', 'check']);
  });

  console.log(`image: native TensorFlow ${native === 'cpu' ? 'set up' : 'is not here, so left out'}`);
  test(`has working engines (native TensorFlow: ${native})`, () => {
    image('engine', installed, native);
    const told = image('check', installed, native);
    expect(told).toContain('wasm works: CPU');
    if (native === 'cpu') expect(told).toContain('tensorflow works: CPU');
  });

  test('says which steps there are', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(checkout, 'bin', 'image.js'), 'paint'], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('There is no step "paint": want tools, program, engine, check');
  });

  console.log(`image: ${hasDocker ? 'made by Docker' : 'there is no Docker here, so only its steps are run'}`);
  if (hasDocker) {
    test('is made by Docker, and runs on the current folder', () => {
      ended('docker', ['build', '--build-arg', 'TENSORFLOW=none', '--tag', 'cosweep-test', checkout], work);
      const run = ['run', '--rm', '--volume', `${installed}:/work`, 'cosweep-test', 'plan', 'tiny.json', '--json'];
      expect(JSON.parse(ended('docker', run, work))).toMatchObject({ name: 'tiny' });
    });
  }
});

/** Of disk. */
function megabytes(path: string): number {
  const entry = lstatSync(path);
  const below = entry.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + megabytes(join(path, name)), 0) : 0;
  return below + (entry.blocks * 512) / 1e6;
}
