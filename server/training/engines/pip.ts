import { mkdirSync } from 'node:fs';
import { UserError } from '../../sweep/user-error.ts';
import { command, findProgram, type CommandResult } from './tensorflow/command.ts';

/** @param remedy ends the message where there is none */
export function requirePython(purpose: string, remedy: string): string {
  const python = findProgram('python3', 'python');
  if (python) return python;
  throw new UserError(
    `Cannot ${purpose}: there is no python3 on the PATH. ` +
      `Install Python 3 with pip (Debian and Ubuntu: apt-get install python3 python3-pip); ${remedy}`,
  );
}

/** @param remedy ends the message where there is none */
export async function requirePip(python: string, purpose: string, remedy: string): Promise<void> {
  const hasPip = await command(python, ['-m', 'pip', '--version']);
  if (hasPip.code === 0) return;
  throw new UserError(
    `Cannot ${purpose}: ${python} has no pip. ` +
      `Install pip (Debian and Ubuntu: apt-get install python3-pip), or ${remedy}`,
  );
}

interface PipDownload {
  packages: string[];
  into: string;
  /** Options that ask for wheels of another Python or platform. */
  target?: string[];
  log: (line: string) => void;
}

/** Fetches wheels through whatever package index the user's pip is set up for, without what they require. */
export async function pipDownload(
  python: string,
  { packages, into, target = [], log }: PipDownload,
): Promise<CommandResult> {
  mkdirSync(into, { recursive: true });
  const options = ['--no-deps', '--only-binary=:all:', '--progress-bar', 'off', '--dest', into];
  return await command(python, ['-m', 'pip', 'download', ...options, ...target, ...packages], { onLine: log });
}
