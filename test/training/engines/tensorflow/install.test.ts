import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../../server/sweep/user-error.ts';
import { installTensorflow } from '../../../../server/training/engines/tensorflow/install.ts';
import { slowerThanWheels } from '../../../../server/training/engines/tensorflow/slower-than-wheels.ts';

/**
 * Found before the tests change the PATH; the interpreter itself, since what the PATH has may be a script that needs
 * the PATH.
 */
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();

let folder: string;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-install-'));
  log = [];
  vi.stubEnv('COSWEEP_CACHE', join(folder, 'cache'));
  vi.stubEnv('PATH', join(folder, 'bin'));
  // No test downloads: tfjs-node's own download asks a port where nobody listens, and so does pip.
  vi.stubEnv('TFJS_NODE_BASE_URI', 'http://127.0.0.1:9/libtensorflow-');
  vi.stubEnv('PIP_INDEX_URL', 'http://127.0.0.1:9/simple');
  vi.stubEnv('PIP_RETRIES', '0');
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Programs on the PATH: name → shell script, or `null` for one that is only there. */
function provide(programs: Record<string, string | null>): void {
  for (const [name, script] of Object.entries(programs)) {
    const path = join(folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\n${script ?? 'exit 0'}\n`);
    chmodSync(path, 0o755);
  }
}

function provideRealPython(): void {
  provide({ python3: `exec '${python}' "$@"` });
}

async function messageOf(options: { from?: string; cuda?: boolean } = {}): Promise<string> {
  const error = await installTensorflow({ ...options, log: (line) => log.push(line) }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UserError);
  return (error as Error).message;
}

/** A zip file with these names as empty files. */
function wheel(name: string, contents: string[]): string {
  const path = join(folder, name);
  const script =
    'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z:\n  for n in sys.argv[2:]: z.writestr(n, "")';
  spawnSync(python, ['-c', script, path, ...contents]);
  return path;
}

function leftInCache(): string[] {
  return readdirSync(join(folder, 'cache', 'tensorflow'));
}

describe('engine install tensorflow', () => {
  it('names what is missing to build the addon, before it downloads anything large', async () => {
    provide({ python3: null });
    const message = await messageOf();
    expect(message).toContain('the PATH has no make, no a C++ compiler');
    expect(message).toContain('apt-get install build-essential');
    // The own download needs none of it, and is tried after all.
    expect(message).toMatch(/By tfjs-node's own download: its install script ended with status [^0]/);
    expect(log.some((line) => line.includes('fetching'))).toBe(false);
    expect(leftInCache()).toEqual([]);
  });

  it('says that Python has no pip', async () => {
    provide({ make: null, 'g++': null, python3: 'exit 1' });
    expect(await messageOf()).toContain('has no pip. Install pip (Debian and Ubuntu: apt-get install python3-pip)');
    expect(leftInCache()).toEqual([]);
  });

  it('says what to do where pip reaches no index', async () => {
    provide({ make: null, 'g++': null });
    provideRealPython();
    const message = await messageOf();
    expect(message).toContain('Cannot fetch tensorflow-cpu>=2.15,<2.22 by pip');
    expect(message).toContain('cosweep engine install tensorflow --from FILE.whl');
  });

  it('says so when the named file is not there', async () => {
    expect(await messageOf({ from: join(folder, 'nowhere.whl') })).toContain(
      'nowhere.whl: there is no such file or folder',
    );
  });

  it('refuses a wheel for another platform, and one without libtensorflow', async () => {
    provide({ make: null, 'g++': null });
    provideRealPython();
    const windows = wheel('tensorflow_cpu-2.21.0-cp311-cp311-win_amd64.whl', ['tensorflow/x']);
    expect(await messageOf({ from: windows })).toContain(
      'it is made for another platform. Wanted: a wheel whose name ends with linux_',
    );
    const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
    const other = wheel(`numpy-2.0.0-cp311-cp311-manylinux_2_27_${machine}.whl`, ['numpy/core.so']);
    expect(await messageOf({ from: other })).toContain(
      'it holds no tensorflow/libtensorflow_cc.so.2. Wanted: a wheel of tensorflow-cpu',
    );
    const broken = join(folder, `tensorflow_cpu-2.21.0-manylinux_2_27_${machine}.whl`);
    writeFileSync(broken, 'not a zip file');
    expect(await messageOf({ from: broken })).toContain('not a zip file');
    expect(leftInCache()).toEqual([]);
  });

  it('refuses a folder that holds no libtensorflow', async () => {
    provide({ make: null, 'g++': null, python3: null });
    expect(await messageOf({ from: folder })).toContain(
      'found neither a wheel (tensorflow_cpu-….whl), nor lib/libtensorflow.so',
    );
  });

  it('refuses a platform that TensorFlow has no library for', async () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'win32' });
    const message = await messageOf().finally(() => Object.defineProperty(process, 'platform', { value: platform }));
    expect(message).toContain('Cannot install the tensorflow engine on');
    expect(message).toContain('--engine wasm');
  });
});

it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  "says of tfjs-node's own library that there is a faster one, and of others nothing",
  () => {
    expect(slowerThanWheels('2.9.1')).toMatch(
      /twice as fast .*18 ms with 2\.9, 9 ms .*pip download .*"tensorflow-cpu>=2\.15,<2\.22" elsewhere, .* --from FILE\.whl$/,
    );
    for (const version of ['2.15.0', '2.21.0', '3.0.0']) expect(slowerThanWheels(version)).toBeNull();
  },
);
