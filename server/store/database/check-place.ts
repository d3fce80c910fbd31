import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  statSync,
  statfsSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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

/** Links that lead to one another are followed so often, as the system does. */
const MOST_LINKS = 40;

/**
 * The one path of a database. A link stands for the file that it leads to, whether that file is there yet or not:
 * whichever way a database is opened, and also when it is made, its checkpoints are in one folder.
 */
export function resolveDatabase(file: string): string {
  let path = resolve(file);
  for (let links = 0; links <= MOST_LINKS; links++) {
    if (existsSync(path)) return realpathSync(path);
    const folder = existsSync(dirname(path)) ? realpathSync(dirname(path)) : dirname(path);
    path = join(folder, basename(path));
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
    path = resolve(folder, readlinkSync(path));
  }
  throw new UserError(`Cannot open database ${file}: its links lead in a circle`);
}

/** Refuses a place that a database cannot live in, before SQLite touches anything there. */
export function checkPlace(file: string): void {
  const refuse = (found: string): never => {
    throw new UserError(`Cannot open database ${file}: ${found}`);
  };
  const folder = dirname(file);
  if (!existsSync(folder)) refuse(`there is no folder ${folder}`);
  if (existsSync(file) && !statSync(file).isFile()) refuse('it is not a file');
  const network = networkFileSystem(statfsSync(folder).type);
  if (network)
    refuse(
      `the folder ${folder} is on a network file system (${network}), ` +
        "where SQLite's locks cannot be relied on; use a local disk",
    );
}

/** Why a database cannot be written where it is; null where it can. */
export function whyReadOnly(file: string): string | null {
  if (existsSync(file) && !isWritable(file)) return 'the file is read-only; SQLite needs to write it';
  const folder = dirname(file);
  return isWritable(folder) ? null : `the folder ${folder} is read-only; SQLite keeps a log beside the file`;
}

/** The name of a network file system by the type that statfs gives, or null for any other. */
export function networkFileSystem(type: number): string | null {
  return NETWORK_FILE_SYSTEMS.get(type >>> 0) ?? null;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
