import { setTimeout as sleep } from 'node:timers/promises';
import type { Storage } from '../store/database/storage.ts';
import { listAttempts, readAttempt, type LoggedAttempt } from '../store/reading/list-logs.ts';
import { readRun } from '../store/reading/read-run.ts';

/** In milliseconds: so often a log that is being written is looked at. */
const LOOK = 1000;

/** How the logs of a run are read. */
export interface LogReading {
  /** True: it goes on until the run has ended. */
  follow: boolean;
  /** Aborted: it goes on no longer. */
  ended: AbortSignal;
  /** Gets the text as it comes. */
  write: (text: string) => Promise<void>;
}

/** Reads the logs along a run's path, each below a line that names it. @returns how many there are */
export async function readLogs(storage: Storage, runId: number, reading: LogReading): Promise<number> {
  const { follow, ended } = reading;
  /** By attempt: up to which byte it is read. */
  const read = new Map<string, number>();
  for (;;) {
    // Asked first: what is written until the run ends is read after it.
    const goesOn = follow && !ended.aborted && (await isToEnd(storage, runId));
    for (const attempt of await listAttempts(storage, runId)) await readOn(storage, runId, attempt, read, reading);
    if (!goesOn) return read.size;
    await sleep(LOOK, undefined, { signal: ended }).catch(() => {});
  }
}

async function isToEnd(storage: Storage, runId: number): Promise<boolean> {
  const run = await readRun(storage, runId);
  return run !== null && (run.state === 'waiting' || run.state === 'running');
}

async function readOn(
  storage: Storage,
  runId: number,
  attempt: LoggedAttempt,
  read: Map<string, number>,
  { write, ended }: LogReading,
): Promise<void> {
  const name = `${attempt.stage}, attempt ${attempt.attempt}`;
  if (!read.has(name)) await write(`==> ${name} <==\n`);
  for (let from = read.get(name) ?? 0; ;) {
    const piece = await readAttempt(storage, runId, attempt, from);
    read.set(name, piece?.next ?? from);
    if (piece === null || piece.next === from || ended.aborted) return;
    if (piece.leftOut > 0) await write(`\n… ${piece.leftOut} bytes are left out here …\n`);
    await write(piece.text);
    from = piece.next;
  }
}
