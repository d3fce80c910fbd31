import { existsSync, readdirSync } from 'node:fs';

/** Whether this machine has a GPU, drivers aside. True also where looking does not tell. */
export function hasGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const renders = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  // /dev/dxg is Windows' GPU in its Linux.
  return renders || readdirSync('/dev').some((name) => /^nvidia\d+$/.test(name)) || existsSync('/dev/dxg');
}
