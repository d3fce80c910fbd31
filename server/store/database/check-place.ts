import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';

/**
 * File systems that SQLite's locks and shared memory are known not to work on, by the magic number of statfs on Linux.
 */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
]);

/** Refuses a place that a database cannot live in, before SQLite touches anything there. */
export function checkPlace(file: string): void {
  const refuse = (found: string): never => {
    throw new UserError(`Cannot open database ${file}: ${found}`);
  };
  const folder = dirname(file);
  if (!existsSync(folder)) refuse(`there is no folder ${folder}`);
  if (existsSync(file)) {
    if (!statSync(file).isFile()) refuse('it is not a file');
    if (!writable(file)) refuse('the file is read-only; SQLite needs to write it, even to read');
  }
  if (!writable(folder)) refuse(`the folder ${folder} is read-only; SQLite keeps a log beside the file, even to read`);
  const network = networkFileSystem(statfsSync(folder).type);
  if (network)
    refuse(
      `the folder ${folder} is on a network file system (${network}), ` +
        "where SQLite's locks cannot be relied on; use a local disk",
    );
}

/** The name of a network file system by the type that statfs gives, or null for any other. */
export function networkFileSystem(type: number): string | null {
  return NETWORK_FILE_SYSTEMS.get(type >>> 0) ?? null;
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
