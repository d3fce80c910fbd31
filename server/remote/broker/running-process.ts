import { realpathSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../training/engines/tensorflow/command.ts';
import { isAlive } from '../../training/is-alive.ts';
import { FILES } from './server-configuration.ts';

/**
 * The server that works in this folder; null where none does. A number in a file may be that of another process
 * meanwhile, so the process itself is asked which folder it works in.
 */
export async function serverIn(folder: string): Promise<number | null> {
  const pid = readPid(folder);
  if (pid === null || !isAlive(pid)) return null;
  return (await workingFolder(pid)) === realpathSync(folder) ? pid : null;
}

/** The process that it belongs to; a process whose starter has died belongs to another one. */
export async function parentOf(pid: number): Promise<number | null> {
  if (process.platform === 'linux') {
    try {
      // `PID (name) state parent …`, where the name may have spaces and brackets
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      return null; // it has ended
    }
  }
  const { code, output } = await command('ps', ['-o', 'ppid=', '-p', String(pid)]);
  return code === 0 ? Number(output.trim()) : null;
}

function readPid(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, FILES.pid), 'utf8').trim());
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}

async function workingFolder(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return null; // it has ended, or is another user's
    }
  }
  const { output } = await command('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn']);
  return /^n(.*)$/m.exec(output)?.[1] ?? null;
}
