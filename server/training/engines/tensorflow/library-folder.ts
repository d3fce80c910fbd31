import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../sweep/user-error.ts';
import { nameForLinker, unpackWheels, wheelsIn } from './library-wheel.ts';

/**
 * Lays out the library from a folder that the user named: a folder of wheels, an unpacked libtensorflow, or an
 * installed Python package `tensorflow`.
 */
export async function takeLibrary(from: string, into: string): Promise<void> {
  const wheels = wheelsIn(from);
  if (wheels.length > 0) return unpackWheels(wheels, into);
  const layouts = [
    { libraries: join(from, 'lib'), headers: join(from, 'include'), marker: 'libtensorflow.so', linked: true },
    { libraries: from, headers: join(from, 'include'), marker: 'libtensorflow_cc.so.2', linked: false },
    {
      libraries: join(from, 'tensorflow'),
      headers: join(from, 'tensorflow', 'include'),
      marker: 'libtensorflow_cc.so.2',
      linked: false,
    },
  ];
  const layout = layouts.find(
    ({ libraries, headers, marker }) =>
      existsSync(join(libraries, marker)) && existsSync(join(headers, 'tensorflow', 'c', 'c_api.h')),
  );
  if (!layout) {
    throw new UserError(
      `Cannot install from ${from}: found neither a wheel (tensorflow_cpu-….whl), ` +
        'nor lib/libtensorflow.so with include/tensorflow/c/c_api.h (an unpacked libtensorflow), ' +
        'nor libtensorflow_cc.so.2 with include/ (an installed Python package tensorflow).',
    );
  }
  copyLibrary(layout, join(into, 'deps'));
}

interface Layout {
  libraries: string;
  headers: string;
  /** True where the names that the linker asks for are there already. */
  linked: boolean;
}

function copyLibrary({ libraries, headers, linked }: Layout, deps: string): void {
  mkdirSync(join(deps, 'lib'), { recursive: true });
  cpSync(headers, join(deps, 'include'), { recursive: true, dereference: true });
  if (linked) {
    cpSync(libraries, join(deps, 'lib'), { recursive: true, verbatimSymlinks: true });
    return;
  }
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    cpSync(join(libraries, name), join(deps, 'lib', name), { dereference: true });
  nameForLinker(join(deps, 'lib'));
}
