import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UserError } from '../../../../server/sweep/user-error.ts';
import { installTensorflow } from '../../../../server/training/engines/tensorflow/install.ts';
import { hintOf } from '../../../../server/training/engines/hint.ts';

/** What the world gives: null what is not to be had. */
const world = vi.hoisted(() => ({ wheel: null as string | null, own: null as string | null, asked: [] as string[] }));

// Downloads, compilers and links into node_modules, in a few lines: a library is a file that says its version.
const put = (folder: string, version: string): void => {
  mkdirSync(join(folder, 'deps', 'lib'), { recursive: true });
  writeFileSync(join(folder, 'deps', 'lib', 'version'), version);
};
vi.mock('../../../../server/training/engines/tensorflow/library-wheel.ts', () => ({
  downloadWheels: async (into: string) => {
    world.asked.push('pip');
    if (world.wheel === null) throw new UserError('python3 has no pip');
    return [join(into, `tensorflow_cpu-${world.wheel}.whl`)];
  },
  unpackWheels: async (_: string[], folder: string) => put(folder, world.wheel!),
}));
vi.mock('../../../../server/training/engines/tensorflow/library-download.ts', () => ({
  copyBuildFiles: () => {},
  downloadLibrary: async (_: string, folder: string) => {
    world.asked.push('own download');
    if (world.own === null) return 'storage.googleapis.com cannot be reached';
    put(folder, world.own);
    return null;
  },
}));
vi.mock('../../../../server/training/engines/tensorflow/addon.ts', async () => {
  const { readFileSync } = await import('node:fs');
  return {
    requireBuildTools: () => {},
    buildAddon: async () => {},
    tryAddon: async (folder: string) => readFileSync(join(folder, 'deps', 'lib', 'version'), 'utf8'),
    findsGpu: async () => false,
  };
});
vi.mock('../../../../server/training/engines/tensorflow/link.ts', () => ({ linkBuild: () => {} }));

let folder: string;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-install-'));
  vi.stubEnv('COSWEEP_CACHE', folder);
  Object.assign(world, { wheel: null, own: null, asked: [] });
  log = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const install = (options: { cuda?: boolean } = {}) =>
  installTensorflow({ ...options, log: (line) => void log.push(line) });
const said = (text: string): boolean => log.some((line) => line.includes(text));

it.runIf(process.platform === 'linux')(
  "takes pip's newest library first, and nothing else where it has one",
  async () => {
    Object.assign(world, { wheel: '2.21.0', own: '2.9.1' });
    expect(await install()).toMatchObject({ libtensorflow: '2.21.0', source: 'wheel tensorflow_cpu-2.21.0.whl' });
    expect(world.asked).toEqual(['pip']);
    expect(said('twice as fast')).toBe(false);
    expect(await install()).toMatchObject({ libtensorflow: '2.21.0' }); // it is there: nothing is asked
    expect(world.asked).toEqual(['pip']);
  },
);

it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'takes the own download where pip cannot, and says what that costs; replaces it as soon as pip can',
  async () => {
    world.own = '2.9.1';
    expect(await install()).toMatchObject({ libtensorflow: '2.9.1', source: "tfjs-node's own download" });
    expect(world.asked).toEqual(['pip', 'own download']);
    expect(said('cannot be had: python3 has no pip')).toBe(true);
    expect(said('the newest would be about twice as fast')).toBe(true);
    const engine = { name: 'tensorflow', works: true, device: 'CPU, 1 thread' } as const;
    expect(hintOf({ ...engine, versions: { libtensorflow: '2.9.1' } })).toContain('about twice as fast');
    expect(hintOf({ ...engine, versions: { libtensorflow: '2.21.0' } })).not.toContain('twice');

    expect(await install()).toMatchObject({ libtensorflow: '2.9.1' });
    expect(said('a newer library cannot be had: python3 has no pip')).toBe(true);
    world.wheel = '2.21.0';
    expect(await install()).toMatchObject({ libtensorflow: '2.21.0' });
    expect(world.asked).toEqual(['pip', 'own download', 'pip', 'pip']);
  },
);

it.runIf(process.platform === 'linux')(
  'says of both why neither was to be had; for CUDA only pip is asked',
  async () => {
    await expect(install()).rejects.toThrow(
      /By pip: python3 has no pip\nBy tfjs-node's own download: storage\.googleapis\.com cannot be reached\nWanted: /,
    );
    world.own = '2.9.1';
    await expect(install({ cuda: true })).rejects.toThrow('python3 has no pip');
    expect(world.asked).toEqual(['pip', 'own download', 'pip']);
  },
);
