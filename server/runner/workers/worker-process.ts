import { fork, type ChildProcess } from 'node:child_process';
import type { Machine } from '../../store/training/run-state.ts';
import { builtProgram } from '../../training/built-program.ts';
import type { EngineName } from '../../training/engine.ts';
import { engineEnvironment } from '../../training/engines/engine-environment.ts';
import type { FromWorker, Loaded, SegmentReport, StageOrder, ToWorker } from './messages.ts';

/** What a stage tells while it trains, in order. */
export interface StageCallbacks {
  onLoaded(loaded: Loaded): void;
  onProgress(batch: number): void;
  onSegment(segment: SegmentReport): void;
}

/** The worker could not go on with its stage; the message is for the run's record. */
export class WorkerError extends Error {
  override name = 'WorkerError';
}

/** A worker that takes longer to end, in milliseconds, is killed. */
const ENDS_WITHIN = 5000;

/**
 * Below so many megabytes V8 does not mark a heap for its size; a worker may keep as much garbage. Most of it are
 * arrays outside of the heap, which frequent small collections take away; without this V8 marks a heap of 25 MB that
 * hardly changes as often as once a second.
 */
const HEAP_FLAGS = ['--initial-old-space-size=256'];

/** How much of what a worker wrote to stderr is kept, to say why it died. */
const STDERR_KEPT = 2000;

/** A worker process as the main process sees it: opened once, then given one stage after the other. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<never>;
  #receive: (message: FromWorker) => void = () => {};
  #stderr = '';
  #holds: string | null = null;
  #dead = false;

  constructor() {
    this.#child = fork(builtProgram('runner/workers/worker'), [], {
      execArgv: [...HEAP_FLAGS, ...process.execArgv], // of two flags V8 takes the last one: a user's own
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: engineEnvironment(),
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.#child.on('message', (message: FromWorker) => this.#receive(message));
    this.#exited = new Promise((_, reject) => {
      this.#child.once('error', (error) => reject(this.#died(error.message)));
      this.#child.once('exit', (code, signal) =>
        reject(this.#died(signal ? `killed by ${signal}` : `exit code ${code}`)),
      );
    });
    this.#exited.catch(() => {}); // whoever waits for the worker hears of it; nobody may be waiting
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Hash of the checkpoint that it was given last and need not be given again; null where there is none. */
  get holds(): string | null {
    return this.#holds;
  }

  /** Opens the engine. @returns what the worker runs on */
  open(engine: EngineName, device: string | null): Promise<Machine> {
    return this.#converse({ kind: 'open', engine, device }, (message, resolve) => {
      if (message.kind === 'ready') resolve({ device: message.device, versions: message.versions });
    });
  }

  /** Trains a stage. Ends with its last segment; fails with a `WorkerError` where the stage or the process does. */
  train(order: StageOrder, { onLoaded, onProgress, onSegment }: StageCallbacks): Promise<void> {
    this.#holds = order.start?.hash ?? null;
    return this.#converse<void>({ kind: 'train', order }, (message, resolve) => {
      if (message.kind === 'loaded') onLoaded(message.loaded);
      if (message.kind === 'progress') onProgress(message.batch);
      if (message.kind === 'segment') {
        onSegment(message.segment);
        if (message.segment.result) resolve();
      }
    });
  }

  /** Asks the stage in training to end at its next reading of losses. */
  stop(): void {
    this.#send({ kind: 'stop' });
  }

  /** Lets it give its device back and end. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const late = setTimeout(() => this.kill(), ENDS_WITHIN);
    await this.#exited.catch(() => {});
    clearTimeout(late);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Sends a request and handles what comes back until the handler resolves. */
  async #converse<T>(
    request: ToWorker,
    handle: (message: FromWorker, resolve: (value: T) => void) => void,
  ): Promise<T> {
    const answer = new Promise<T>((resolve, reject) => {
      this.#receive = (message) => {
        try {
          if (message.kind !== 'failed') return handle(message, resolve);
          if (message.ends) this.#dead = true;
          this.#holds = null; // whatever went wrong, the next attempt begins from what is stored
          reject(new WorkerError(message.message));
        } catch (error) {
          reject(error as Error);
        }
      };
    });
    this.#send(request);
    return Promise.race([answer, this.#exited]);
  }

  #send(message: ToWorker): void {
    // A worker that has just died is noticed by its exit, not by what could not be sent to it.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #died(how: string): WorkerError {
    this.#dead = true;
    this.#receive = () => {}; // what it sent before may still come in, and its stage is tried again meanwhile
    const said = this.#stderr.trim().split('\n').slice(-5).join('\n');
    return new WorkerError(`Worker process ${this.#child.pid} ended while training (${how})${said ? `: ${said}` : ''}`);
  }
}
