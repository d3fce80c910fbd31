import type { ChildProcess } from 'node:child_process';
import { errorReply, TIME_LIMIT } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import type { Reply } from '../route.ts';
import { AnsweringProcess, ProcessEnded } from './answering-process.ts';
import type { AnswerRequest, ServerActions } from './messages.ts';

export interface PoolOptions {
  start: () => ChildProcess;
  /** How many processes at most; each is started when it is needed. */
  most: number;
  /** What is asked for is finished even though the client has left: it changes something. */
  finishes?: boolean;
  actions: ServerActions;
  report: (error: unknown) => void;
  /** How long an answer may take, waiting included, in ms. */
  timeLimit?: number;
  /** How long a process goes on for a client that has left, in ms: most answers are there sooner than a new process. */
  grace?: number;
}

const GRACE = 500;

interface Job {
  request: AnswerRequest;
  settle: (reply: Reply) => void;
  child: AnsweringProcess | null;
}

/** Processes of one kind, and the requests that wait for them. Whoever comes first is answered first. */
export class ProcessPool {
  readonly #options: Required<PoolOptions>;
  readonly #processes = new Set<AnsweringProcess>();
  readonly #waiting = new Set<Job>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = { finishes: false, timeLimit: TIME_LIMIT, grace: GRACE, ...options };
  }

  /** Starts a process before anybody asks for one. */
  warm(): void {
    if (this.#processes.size === 0) this.#open();
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
      const job: Job = { request, settle, child: null };
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
    await Promise.all([...this.#processes].map((child) => child.end()));
  }

  #next(): void {
    for (const job of this.#waiting) {
      const child = [...this.#processes].find((each) => each.isFree) ?? this.#open();
      if (child === null) return;
      this.#waiting.delete(job);
      void this.#give(job, child);
    }
  }

  #open(): AnsweringProcess | null {
    const { start, most, actions, report } = this.#options;
    if (this.#closed || this.#processes.size >= most) return null;
    const child: AnsweringProcess = new AnsweringProcess(start(), actions, report, () => {
      this.#processes.delete(child);
      this.#next();
    });
    this.#processes.add(child);
    return child;
  }

  async #give(job: Job, child: AnsweringProcess): Promise<void> {
    job.child = child;
    try {
      job.settle(await child.answer(job.request));
    } catch (error) {
      job.settle(errorReply(toHttpError(error as ProcessEnded), this.#options.report));
    }
    this.#next();
  }

  /** Answers a job without its process, which is ended, since nothing else stops a computation. */
  #drop(job: Job, reason: string): void {
    this.#waiting.delete(job);
    job.settle(errorReply(new HttpError('unavailable', `Cannot answer: ${reason}`), this.#options.report));
    void job.child?.end();
  }
}

function toHttpError({ outOfMemory, message }: ProcessEnded): HttpError {
  return outOfMemory
    ? new HttpError('too-large', 'Cannot answer: it takes more memory than one answer may; ask for less at once')
    : new HttpError('unavailable', `Cannot answer: ${message}`);
}
