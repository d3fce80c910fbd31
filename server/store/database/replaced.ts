import { statSync } from 'node:fs';
import { OutsideError } from '../../sweep/user-error.ts';

/** Tells a file from any other that takes its path later. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** The part of a `Storage` that says which file is open. */
interface OpenFile {
  readonly file: string;
  readonly identity: FileIdentity;
}

/** The database's path does not lead to the file that is open any more. */
export class ReplacedError extends OutsideError {
  override name = 'ReplacedError';

  constructor(file: string, what: 'deleted' | 'replaced') {
    super(
      `Cannot go on with database ${file}: the file was ${what} while it was open; ` +
        'nothing more is written, and what was written since is in no file that has a name' +
        (what === 'replaced' ? '. Start again to work with the file that is there now' : ''),
    );
  }
}

/** Two paths of the same identity lead to one file. */
export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** @throws the system's error where there is no such file */
export function identityOf(file: string): FileIdentity {
  const { dev, ino } = statSync(file, { bigint: true });
  return { dev, ino };
}

/**
 * A path and an open file are two things: whoever deletes or replaces the file of an open database leaves us with one
 * that nobody else sees. It is looked at before each transaction, and before each answer of the server.
 *
 * @returns null where the path still leads to the file that is open
 */
export function isReplaced({ file, identity }: OpenFile): 'deleted' | 'replaced' | null {
  try {
    const now = identityOf(file);
    return isSameFile(now, identity) ? null : 'replaced';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Of any other error it is not known that the file is gone.
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'deleted' : null;
  }
}

/** @throws {ReplacedError} where the database's file was deleted or replaced */
export function refuseReplaced(storage: OpenFile): void {
  const what = isReplaced(storage);
  if (what) throw new ReplacedError(storage.file, what);
}
