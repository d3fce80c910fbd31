import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { expect, test } from 'vitest';
import { explainFileError, fileReason, isOutside } from '../../server/sweep/file-error.ts';
import { OutsideError, UserError } from '../../server/sweep/user-error.ts';

const said = new Map([...getSystemErrorMap().values()]);

/** As Node gives it. */
function systemError(code: string, syscall: string, path?: string): Error {
  const words = said.get(code) ?? `unknown error ${code}`;
  const message = `${code}: ${words}, ${syscall}${path === undefined ? '' : ` '${path}'`}`;
  return Object.assign(new Error(message), { code, syscall, ...(path === undefined ? {} : { path }) });
}

test.each(Object.keys(constants.errno))('%s of a file is one message with the path', (code) => {
  const error = explainFileError(systemError(code, 'open', '/there/is/it'));
  expect(error instanceof UserError || error instanceof OutsideError).toBe(true);
  expect((error as Error).message).toMatch(new RegExp(`^Cannot open /there/is/it: [^:]{3,} \\(${code}\\)$`));
  const named = explainFileError(systemError(code, 'write', '/x'), 'write the table to /x') as Error;
  expect(named.message).toMatch(/^Cannot write the table to \/x: /);
});

test('a full disk and the like are nobody’s mistake, also where the system names no path', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'EBUSY'])
    expect([code, explainFileError(systemError(code, 'write'))]).toEqual([code, expect.any(OutsideError)]);
  for (const code of ['ENOENT', 'EISDIR', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'EROFS'])
    expect([code, explainFileError(systemError(code, 'open', '/x'))]).toEqual([code, expect.any(UserError)]);
  expect(fileReason(systemError('ENOSPC', 'write'))).toBe('the disk is full (ENOSPC)');
});

test('what is no error of a file stays what it is', () => {
  const others = [new TypeError('x'), systemError('ECONNREFUSED', 'connect'), 'text', null];
  for (const error of others) expect([explainFileError(error), isOutside(error)]).toEqual([error, false]);
});
