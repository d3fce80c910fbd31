import type { Worker } from 'node:worker_threads';
import { errorReply, TIME_LIMIT } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import type { Reply } from '../route.ts';
import { AnsweringThread, ThreadEnded } from './answering-thread.ts';
import type { AnswerRequest, ServerActions } from './messages.ts';

export interface PoolOptions {
  start: () => Worker;
  /** How many threads at most; each is started when it is needed. */
  most: number;
  /** What is asked for is finished even though the client has left: it changes something. */
  finishes?: boolean;
  actions: ServerActions;
  report: (error: unknown) => void;
  /** How long an answer may take, waiting included, in ms. */
  timeLimit?: number;
  /** How long a thread goes on for a client that has left, in ms: most answers are there sooner than a new thread. */
  grace?: number;
}

const GRACE = 500;

interface Job {
  request: AnswerRequest;
  settle: (reply: Reply) => void;
  thread: AnsweringThread | null;
}

/** Threads of one kind, and the requests that wait for them. Whoever comes first is answered first. */
export class ThreadPool {
  readonly #options: Required<PoolOptions>;
  readonly #threads = new Set<AnsweringThread>();
  readonly #waiting = new Set<Job>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = { finishes: false, timeLimit: TIME_LIMIT, grace: GRACE, ...options };
  }

  /** Starts a thread before anybody asks for one. */
  warm(): void {
    if (this.#threads.size === 0) this.#open();
  }

  answer(request: AnswerRequest, gone: AbortSignal): Promise<Reply> {
    const { timeLimit, grace, finishes } = this.#options;
    return new Promise((resolve) => {
      const settle = (reply: Reply): void => {
        clearTimeout(late);
        clearTimeout(left);
        gone.removeEventListener('abort', leave);
        resolve(reply);
      };
      const job: Job = { request, settle, thread: null };
      let left: NodeJS.Timeout | undefined;
      const leave = () => void (left = setTimeout(() => this.#drop(job, 'the client has left'), grace));
      const late = setTimeout(() => this.#drop(job, `found no answer within ${timeLimit / 1000} s`), timeLimit);
      if (!finishes) gone.addEventListener('abort', leave, { once: true });
      this.#waiting.add(job);
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #next(): void {
    for (const job of this.#waiting) {
      const thread = [...this.#threads].find((each) => each.isFree) ?? this.#open();
      if (thread === null) return;
      this.#waiting.delete(job);
      void this.#give(job, thread);
    }
  }

  #open(): AnsweringThread | null {
    const { start, most, actions, report } = this.#options;
    if (this.#closed || this.#threads.size >= most) return null;
    const thread: AnsweringThread = new AnsweringThread(start(), actions, report, () => {
      this.#threads.delete(thread);
      this.#next();
    });
    this.#threads.add(thread);
    return thread;
  }

  async #give(job: Job, thread: AnsweringThread): Promise<void> {
    job.thread = thread;
    try {
      job.settle(await thread.answer(job.request));
    } catch (error) {
      job.settle(errorReply(toHttpError(error as ThreadEnded), this.#options.report));
    }
    this.#next();
  }

  /** Answers a job without its thread, which is ended, since nothing else stops a computation. */
  #drop(job: Job, reason: string): void {
    this.#waiting.delete(job);
    job.settle(errorReply(new HttpError('unavailable', `Cannot answer: ${reason}`), this.#options.report));
    void job.thread?.end();
  }
}

function toHttpError({ outOfMemory, message }: ThreadEnded): HttpError {
  return outOfMemory
    ? new HttpError('too-large', 'Cannot answer: it takes more memory than one answer may; ask for less at once')
    : new HttpError('unavailable', `Cannot answer: ${message}`);
}
