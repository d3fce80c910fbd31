import { OutsideError, UserError } from './user-error.ts';

/** What the system said of a file, as Node hands it on. */
interface FileError extends Error {
  /** The system's name for it: ENOENT. */
  code: string;
  syscall?: string;
  path?: string;
}

/** In our own words, where they say more than the system's. */
const WORDS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  EEXIST: 'there is one already',
  EACCES: 'it may not be accessed',
  EPERM: 'it may not be changed',
  EROFS: 'the file system is read-only',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk has an error there',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
  ENOMEM: 'there is not enough memory',
  EBUSY: 'it is in use',
};

/** These say how the machine is, and not that a wrong file was named. */
const OUTSIDE = new Set([
  ...['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'EBUSY', 'EAGAIN', 'EINTR', 'ETXTBSY', 'ESTALE'],
  ...['ENODEV', 'ENXIO', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'EREMOTEIO', 'EMULTIHOP', 'ENOLINK', 'ECANCELED'],
  ...['EDEADLK', 'ENOLCK', 'ENOBUFS', 'EALREADY'],
]);

/** What a call of the system does with a file; of any other one its own name is said. */
const ATTEMPTED: Record<string, string> = {
  scandir: 'list the folder',
  mkdir: 'make the folder',
  mkdtemp: 'make the folder',
  rmdir: 'delete the folder',
  unlink: 'delete',
  rm: 'delete',
  stat: 'look at',
  lstat: 'look at',
  access: 'access',
  realpath: 'follow',
  readlink: 'follow',
  copyfile: 'copy',
  fsync: 'write to',
  write: 'write to',
  ftruncate: 'write to',
};

/** An error of the system that is about a file: it names one, or came from reading or writing an open one. */
export function isFileError(error: unknown): error is FileError {
  if (!(error instanceof Error)) return false;
  const { code, syscall, path } = error as Partial<FileError>;
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return false;
  return typeof path === 'string' || /^(read|write|fsync|fdatasync|ftruncate|close|fstat)$/.test(syscall ?? '');
}

/** What is wrong, without the path: `there is no such file or folder (ENOENT)`. Any other error is told as it is. */
export function fileReason(error: unknown): string {
  if (!isFileError(error)) return error instanceof Error ? error.message : String(error);
  // Node's own text is `ENOTSUP: operation not supported on socket, open '/x'`.
  const said = /^E[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1] ?? 'the system refused it';
  return `${WORDS[error.code] ?? said} (${error.code})`;
}

/** True where the machine is at fault (a full disk), and not whoever named the file. */
export function isOutside(error: unknown): boolean {
  return isFileError(error) && OUTSIDE.has(error.code);
}

/**
 * An error of the system about a file in the words of the user: one message, with the path. Any other error is returned
 * as it is. Nothing in the program needs to know which codes there are: whatever the system says of a file that a user
 * named ends here.
 *
 * @param attempted what was to be done, `write the table to /x`; without it the call of the system is said
 */
export function explainFileError(error: unknown, attempted?: string): unknown {
  if (!isFileError(error)) return error;
  const Kind = isOutside(error) ? OutsideError : UserError;
  return new Kind(`Cannot ${attempted ?? calledFor(error)}: ${fileReason(error)}`, { cause: error });
}

function calledFor({ syscall = 'use', path }: FileError): string {
  return `${ATTEMPTED[syscall] ?? syscall} ${path ?? 'a file'}`;
}
