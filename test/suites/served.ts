import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { start, type Cosweep } from '../helpers/cosweep.ts';
import { definition } from '../runner/study.ts';

/** A dashboard at work. */
export interface Served {
  program: Cosweep;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<{ status: number; body: T }>;
  /** Reads the events from now on. @returns how many have come, and what ends it */
  listen(): Promise<{ count: () => number; end: () => void }>;
}

/** Starts `cosweep serve`, with whatever protects it. */
export async function serve(db: string): Promise<Served> {
  const program = start(['serve', '--port', '0', '--json'], { db });
  let printed = '';
  await program.until('it listened', () => {
    printed = program.stdout();
    return printed.includes('\n');
  });
  const { port, token } = JSON.parse(printed) as { port: number; token: string | null };
  const address = `http://127.0.0.1:${port}/api`;
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    'content-type': 'application/json',
  };
  return {
    program,
    get: async <T>(path: string) => (await (await fetch(`${address}${path}`, { headers })).json()) as T,
    post: async <T>(path: string, body: object = {}) => {
      const answer = await fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as T };
    },
    listen: async () => {
      const ended = new AbortController();
      const answer = await fetch(`${address}/events`, { headers, signal: ended.signal });
      let count = 0;
      const read = async (): Promise<void> => {
        for await (const _ of answer.body!) count++;
      };
      read().catch(() => {}); // it was ended
      return { count: () => count, end: () => ended.abort() };
    },
  };
}

/** A sweep that takes a second. */
export function tinySweep(name: string): object {
  const whole = definition({ name, N: [0], seeds: 1, small: true }) as { training: object };
  return { ...whole, training: { ...whole.training, batches: 4, evalEvery: 4 } };
}

export interface Load {
  megabytes: number;
  handles: number;
}

/** What a process holds now. */
export function loadOf(pid: number): Load {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** Processes that train or wait to train on a database. */
export function runsOn(db: string): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, state, ...args]) => !state?.startsWith('Z') && args.includes(db) && args.includes('run'))
    .map(([pid]) => Number(pid));
}
