import type { Job, Queue, Worker } from 'bullmq';

/** What is wrong with a broker. */
export type Fault = Error & { code?: string };

/** Limits of whoever takes something from a queue. */
export interface Taking {
  concurrency: number;
  lockDuration: number;
  stalledInterval: number;
  maxStalledCount: number;
  removeOnComplete: { count: number };
  removeOnFail: { count: number };
  drainDelay: number;
  runRetryDelay: number;
}

/** What is used of BullMQ's classes: they are not quite the same for each kind of broker. */
export interface BullQueue extends Pick<Queue, 'add' | 'remove' | 'getJob' | 'obliterate' | 'close'> {
  on(event: 'error', listener: (fault: Fault) => void): unknown;
}

export interface BullWorker extends Pick<Worker, 'close'> {
  on(event: 'error', listener: (fault: Fault) => void): unknown;
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
}

/** How BullMQ reaches a broker: each kind of broker has one. What is asked while the broker is away fails, or waits. */
export interface Line {
  /**
   * @param wrong gets what is wrong with the broker; it may be said often
   * @param there is called when the broker is there again, where that is noticed
   */
  listen(wrong: (fault: Fault) => void, there: () => void): void;
  queue(name: string): BullQueue;
  worker(name: string, take: (job: Job) => Promise<void>, options: Taking): BullWorker;
  /** Takes away whatever begins with the prefix: what a head before has left too, or a worker without a goodbye. */
  clear(): Promise<void>;
  /** Hangs up: to be called when all queues and workers are closed. */
  close(): Promise<void>;
}

export interface LineOptions {
  /** Of the broker, with its password. */
  url: string;
  /** The only one that the broker is believed with, as PEM; null: any that the system trusts. */
  certificate: string | null;
  /** The names of all queues begin with it. */
  prefix: string;
}

/** In milliseconds: how long a broker that does not answer is left alone before it is asked again, at most. */
export const LONGEST_PAUSE = 2_000;

/** Of a queue BullMQ keeps about so many of the last events, to which nobody listens. */
export const MOST_EVENTS = 10;
