import { existsSync, readdirSync } from 'node:fs';

/** Whether this machine has a GPU, drivers aside. Where that cannot be told by looking, it may. */
export function hasGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const renders = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  return renders || readdirSync('/dev').some((name) => /^nvidia\d+$/.test(name)) || existsSync('/dev/dxg'); // the last is Windows' GPU in its Linux
}
