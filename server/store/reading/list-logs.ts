import { readdir } from 'node:fs/promises';
import { stageName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import { hasLogs, logFolderOf, stageLogName, workerLogName } from '../database/log-folder.ts';
import { hasEnded, parseBegin } from '../database/log-lines.ts';
import type { Storage } from '../database/storage.ts';
import { readLog, type LogPiece } from './read-log.ts';

/** A stage as it was trained once: one log. */
export interface LoggedAttempt {
  stage: string;
  /** Counted from 1. */
  attempt: number;
  /** Batches [from, to) were to be trained; null where the log does not say. */
  from: number | null;
  to: number | null;
  /** The worker that trained it, counted from 0; null where the log does not say. */
  worker: number | null;
  /** In milliseconds since 1970. */
  startedAt: number | null;
  /** So many were written; of a long log not all of them are kept. */
  bytes: number;
  /** True while it is being trained. */
  writing: boolean;
}

/** The logs along a run's path through the stage tree, in the order in which the stages follow each other. */
export async function listAttempts(storage: Storage, runId: number): Promise<LoggedAttempt[]> {
  if (!hasLogs(storage)) return [];
  const token = tokenAtWork(storage);
  return (await Promise.all(pathOf(storage, runId).map((stageId) => attemptsOf(storage, stageId, token)))).flat();
}

/** The log of an attempt from a byte on; null where there is none, or the run does not go through the stage. */
export async function readAttempt(
  storage: Storage,
  runId: number,
  { stage, attempt }: Pick<LoggedAttempt, 'stage' | 'attempt'>,
  from: number,
): Promise<LogPiece | null> {
  const stageId = pathOf(storage, runId).find((each) => stageName(each) === stage);
  if (stageId === undefined || !hasLogs(storage)) return null;
  return readLog(storage, stageLogName(stageId, attempt), from);
}

/** What was logged of a worker's seat, whoever sat there. */
export interface LoggedWorker {
  /** Counted from 0. */
  worker: number;
  bytes: number;
  /** True while a worker is at work there. */
  writing: boolean;
}

export async function listWorkerLogs(storage: Storage): Promise<LoggedWorker[]> {
  if (!hasLogs(storage)) return [];
  const names = await readdir(logFolderOf(storage)).catch(() => [] as string[]);
  const seats = names
    .flatMap((name) => /^worker-(0|[1-9]\d{0,5})\.log$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const isTraining = tokenAtWork(storage) !== null;
  const workers = seats.map(async (worker): Promise<LoggedWorker | null> => {
    const ends = await readEnds(storage, workerLogName(worker));
    return ends && { worker, bytes: ends.bytes, writing: isTraining && !hasEnded(ends.last) };
  });
  return (await Promise.all(workers)).filter((worker) => worker !== null);
}

/** The log of a worker's seat from a byte on; null where there is none. */
export async function readWorkerLog(storage: Storage, worker: number, from: number): Promise<LogPiece | null> {
  return hasLogs(storage) ? readLog(storage, workerLogName(worker), from) : null;
}

function pathOf(storage: Storage, runId: number): number[] {
  return storage
    .prepare('SELECT stageId FROM "RunStage" WHERE runId = ? ORDER BY position')
    .pluck()
    .all(runId) as number[];
}

/** @param token of the lease under which somebody trains now; null where nobody does */
async function attemptsOf(storage: Storage, stageId: number, token: number | null): Promise<LoggedAttempt[]> {
  const attempts: LoggedAttempt[] = [];
  for (let attempt = 1; ; attempt++) {
    const ends = await readEnds(storage, stageLogName(stageId, attempt));
    if (ends === null) return attempts;
    const begin = parseBegin(ends.first);
    attempts.push({
      stage: stageName(stageId),
      attempt,
      from: begin?.from ?? null,
      to: begin?.to ?? null,
      worker: begin?.worker ?? null,
      startedAt: begin?.at.getTime() ?? null,
      bytes: ends.bytes,
      writing: begin !== null && begin.token === token && !hasEnded(ends.last),
    });
  }
}

/** The lines of ours at the beginning and at the end of a log are no longer than this, in bytes. */
const LINE = 5000;

async function readEnds(
  storage: Storage,
  name: string,
): Promise<{ first: string; last: string; bytes: number } | null> {
  const head = await readLog(storage, name, 0, LINE);
  if (head === null) return null;
  const tail = head.next === head.end ? head : await readLog(storage, name, Math.max(0, head.end - LINE), LINE);
  return { first: head.text, last: tail?.text ?? '', bytes: head.end };
}

function tokenAtWork(storage: Storage): number | null {
  if (leaseHolder(storage) === null) return null;
  return storage.prepare('SELECT token FROM "Lease"').pluck().get() as number;
}
