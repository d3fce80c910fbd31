import type { Worker } from 'node:worker_threads';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import type { Reply } from '../route.ts';
import type { AnswerRequest, Failure, FromThread, ServerActions, ToThread } from './messages.ts';

/** The thread ended before it had answered. */
export class ThreadEnded extends Error {
  override name = 'ThreadEnded';
  /** True where it had no memory left. */
  readonly outOfMemory: boolean;

  constructor(outOfMemory: boolean, message: string) {
    super(message);
    this.outOfMemory = outOfMemory;
  }
}

/** A thread that answers one request at a time, as the server sees it. */
export class AnsweringThread {
  readonly #worker: Worker;
  readonly #actions: ServerActions;
  #at: { resolve: (reply: Reply) => void; reject: (error: ThreadEnded) => void } | null = null;

  /**
   * @param actions what the thread asks the server to do
   * @param report is told of failures that are ours
   * @param ended is called once, however the thread ends
   */
  constructor(worker: Worker, actions: ServerActions, report: (error: unknown) => void, ended: () => void) {
    this.#worker = worker;
    this.#actions = actions;
    let error: (Error & { code?: string }) | null = null;
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'reply') return this.#answered(message.reply);
      if (message.kind === 'report') return report(message.error);
      void this.#call(message);
    });
    worker.on('error', (thrown: Error) => (error = thrown));
    worker.on('exit', () => {
      const outOfMemory = error?.code === 'ERR_WORKER_OUT_OF_MEMORY';
      if (error !== null && !outOfMemory) report(error);
      ended();
      this.#at?.reject(new ThreadEnded(outOfMemory, error?.message ?? 'the thread was ended'));
    });
  }

  get isFree(): boolean {
    return this.#at === null;
  }

  answer(request: AnswerRequest): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#at = { resolve, reject };
      this.#say({ kind: 'answer', ...request });
    });
  }

  /** Ends the thread wherever it is. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered(reply: Reply): void {
    const at = this.#at!;
    this.#at = null;
    at.resolve({ ...reply, body: Buffer.from(reply.body as Uint8Array) });
  }

  async #call({ call, action, args }: Extract<FromThread, { kind: 'call' }>): Promise<void> {
    const act = this.#actions[action] as (...args: unknown[]) => Promise<unknown>;
    await act(...args).then(
      (value) => this.#say({ kind: 'done', call, value }),
      (error: unknown) => this.#say({ kind: 'failed', call, error: toFailure(error) }),
    );
  }

  #say(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}

function toFailure(error: unknown): Failure {
  const kind = error instanceof UserError ? 'user' : error instanceof OutsideError ? 'outside' : 'bug';
  return { kind, message: error instanceof Error ? error.message : String(error) };
}
