import type { Lease } from '../store/database/lease.ts';
import type { Storage } from '../store/database/storage.ts';
import type { EngineName } from '../training/engine.ts';
import type { RunnerEvent } from './events.ts';
import type { Logs } from './logs/logs.ts';
import type { Patience } from './patience.ts';

/** What a `run` process is asked to do. */
export interface RunOptions {
  storage: Storage;
  /** The queued sweep that was asked for. */
  sweepId: number;
  engine: EngineName | 'auto';
  /** Which of its cards, as `--device` says it; null takes all that are of use. */
  device: string | null;
  workers: number | 'auto';
  /** False: sweeps of the queue that users' programs train are left to another process. */
  programs?: boolean;
  /** How many workers share a card; left out: one. */
  perDevice?: number | undefined;
  /** True: the program of this sweep may be started, wherever it comes from. */
  trustsProgram?: boolean;
  /** Train every run of this sweep anew, whatever the database holds. */
  fresh: boolean;
  /** Train some stages again on another machine of the same bits, and compare. Left out: no. */
  audit?: boolean;
  /** False: where another process trains, leave the sweep queued and return at once. */
  wait: boolean;
  /** The command line, for others to see who trains. */
  command: string;
  tell: (event: RunnerEvent) => void;
  /** Aborted: the user wants it to stop at the next checkpoint. */
  stop: AbortSignal;
  /** Aborted: the user wants it to stop now. */
  kill: AbortSignal;
  /**
   * In milliseconds: so long a worker may give no sign of life, at least; longer where one has taken longer before.
   * Left out: ten minutes.
   */
  watchdog?: number;
}

/** The same for one sweep of the queue, by a process that holds the lease. */
export interface SweepOptions extends RunOptions {
  lease: Lease;
  /** Aborted: another process has taken the lease over, and nothing can be stored any more. */
  lost: AbortSignal;
  /** False for a sweep that only stands in the same queue as the one that was asked for: its errors are its own. */
  isAsked: boolean;
  /** With the workers of this process. */
  patience: Patience;
  /** Of its stages and workers. */
  logs: Logs;
}
