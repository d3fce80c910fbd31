import type { ChildProcess } from 'node:child_process';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import type { Reply } from '../route.ts';
import type { AnswerRequest, Failure, FromProcess, ServerActions, ToProcess } from './messages.ts';

/** How much of what a process wrote to stderr is kept, to say why it died. */
const STDERR_KEPT = 4_000;

/** The process ended before it had answered. */
export class ProcessEnded extends Error {
  override name = 'ProcessEnded';
  /** True where it had no memory left. */
  readonly outOfMemory: boolean;

  constructor(outOfMemory: boolean, message: string) {
    super(message);
    this.outOfMemory = outOfMemory;
  }
}

/** A process that answers one request at a time, as the server sees it. */
export class AnsweringProcess {
  readonly #child: ChildProcess;
  readonly #actions: ServerActions;
  readonly #report: (error: unknown) => void;
  readonly #closed: Promise<void>;
  #at: { resolve: (reply: Reply) => void; reject: (error: ProcessEnded) => void } | null = null;
  /** Of the body of the reply that comes next. */
  #parts: Uint8Array[] = [];
  #stderr = '';
  #wasEnded = false;

  /**
   * @param actions what the process asks the server to do
   * @param report is told of failures that are ours
   * @param ended is called once, however the process ends
   */
  constructor(child: ChildProcess, actions: ServerActions, report: (error: unknown) => void, ended: () => void) {
    this.#child = child;
    this.#actions = actions;
    this.#report = report;
    let failure: string | null = null;
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    child.on('message', (message: FromProcess) => {
      if (message.kind === 'part') return void this.#parts.push(message.bytes);
      if (message.kind === 'reply') return this.#answered(message.reply);
      if (message.kind === 'report') return report(message.error);
      void this.#call(message);
    });
    child.on('error', (error) => (failure = error.message));
    this.#closed = new Promise((resolve) => {
      // Unlike `exit` it comes when all of stderr is there; and it comes where the process could not be started.
      child.once('close', (code: number | null, signal: string | null) => {
        this.#ended(failure ?? (signal === null ? `exit code ${code}` : `killed by ${signal}`));
        ended();
        resolve();
      });
    });
  }

  get isFree(): boolean {
    return this.#at === null;
  }

  answer(request: AnswerRequest): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#say({ kind: 'answer', ...request }); // throws before anything is noted, where it cannot be written
      this.#at = { resolve, reject };
    });
  }

  /** Ends the process wherever it is. */
  async end(): Promise<void> {
    this.#wasEnded = true;
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #ended(how: string): void {
    const outOfMemory = /heap out of memory|heap limit/.test(this.#stderr);
    const isOurs = !this.#wasEnded && !outOfMemory;
    if (isOurs) this.#report(new Error(`A process that answers requests ended (${how})\n${this.#stderr}`.trim()));
    this.#at?.reject(new ProcessEnded(outOfMemory, `the process that answers ended (${how})`));
  }

  #answered(reply: Reply): void {
    const at = this.#at!;
    this.#at = null;
    const body = Buffer.concat([...this.#parts, reply.body as Uint8Array]);
    this.#parts = [];
    at.resolve({ ...reply, body });
  }

  async #call({ call, action, args }: Extract<FromProcess, { kind: 'call' }>): Promise<void> {
    const act = this.#actions[action] as (...args: unknown[]) => Promise<unknown>;
    await act(...args).then(
      (value) => this.#say({ kind: 'done', call, value }),
      (error: unknown) => this.#say({ kind: 'failed', call, error: toFailure(error) }),
    );
  }

  #say(message: ToProcess): void {
    this.#child.send(message, () => {}); // where it is gone, `close` tells whoever waits
  }
}

function toFailure(error: unknown): Failure {
  const kind = error instanceof UserError ? 'user' : error instanceof OutsideError ? 'outside' : 'bug';
  return { kind, message: error instanceof Error ? error.message : String(error) };
}
