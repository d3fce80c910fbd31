import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../server/training/project-folder.ts';

/** The built `cosweep serve` over a database. */
export interface Served {
  /** The dashboard's address; it ends with a slash. */
  url: string;
  /** The address that lets a browser in. */
  entrance: string;
  headers: Record<string, string>;
  /** MB of its processes by their role, when they had most together; nothing where the system does not say it. */
  most(): Record<string, number>;
  stop(): Promise<void>;
}

/** How often memory is looked at, in ms. */
const INTERVAL = 25;

export async function serve(db: string): Promise<Served> {
  const program = join(projectFolder(), 'bin', 'cosweep.js');
  const child = spawn(process.execPath, [program, 'serve', '--db', db, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, COSWEEP_TOKEN: '' },
  });
  let said = '';
  for await (const text of child.stdout) {
    said += String(text);
    if (/\}\s*$/.test(said)) break;
  }
  const { url, token } = JSON.parse(said) as { url: string; token: string };
  let most: Record<string, number> = {};
  const watch = setInterval(() => {
    const now = memoryOf(child.pid!);
    if (total(now) > total(most)) most = now;
  }, INTERVAL);
  return {
    url: url.replace(/\?.*$/, ''),
    entrance: url,
    headers: { authorization: `Bearer ${token}` },
    most: () => most,
    async stop() {
      clearInterval(watch);
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

export function total(memory: Record<string, number>): number {
  return Object.values(memory).reduce((sum, megabytes) => sum + megabytes, 0);
}

/**
 * Each process with what is its own, and an equal share of the files that all of them have mapped: program and
 * libraries. The kernel knows the exact shares too, but goes through all of a process's memory to say them, for 10 ms
 * where that is 400 MB: the processes would have half of their time left.
 */
function memoryOf(server: number): Record<string, number> {
  try {
    const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const share = 1 / (children.length + 1);
    return Object.fromEntries([
      ['server', megabytesOf(server, share)],
      ...children.map((pid, place): [string, number] => [`process ${place + 1}`, megabytesOf(Number(pid), share)]),
    ]);
  } catch {
    return {}; // no Linux, or one has just ended
  }
}

const PAGE = 4_096;

function megabytesOf(pid: number, share: number): number {
  const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
  return ((resident! - shared! + share * shared!) * PAGE) / 1e6;
}
