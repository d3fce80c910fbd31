import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../store/training/run-state.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { builtProgram } from '../../training/built-program.ts';
import { engineEnvironment } from '../../training/engines/engine-environment.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { Listener, Stream } from '../logs/journal.ts';
import { NO_LISTENER, type WorkerListener } from '../logs/worker-log.ts';
import { killGroup } from '../programs/kill-group.ts';
import type { FromWorker, ProgramOrder, StageOrder, ToWorker } from './messages.ts';
import { Patience } from '../patience.ts';
import { WorkerDied, WorkerError, type StageCallbacks, type Trainer } from './trainer.ts';
import { watch } from './watchdog.ts';

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

/** In milliseconds: so long the last words of a worker that has ended are waited for. Others may hold its streams. */
const LAST_WORDS = 200;

/**
 * `starting`: its engine is opening. `ready`: it waits for a stage. `training`: it has one. `stopping`: it has one and
 * was asked to end it. `dead`: its process has ended, or is about to.
 */
type State = 'starting' | 'ready' | 'training' | 'stopping' | 'dead';

const DOING: Record<State, string> = {
  starting: 'while its engine was opening ',
  ready: '',
  training: 'while training ',
  stopping: 'while training ',
  dead: '',
};

/** What a worker process is. */
export interface Workplace {
  /** Of the build: `runner/workers/worker`. */
  program: string;
  /** What it is on, as logs call it. */
  name: string;
  /** The first that it is told. */
  opening: ToWorker;
  /** What it has in its environment besides what every worker has: on a card, what lets it see no other one. */
  environment: Record<string, string>;
  /** Whether it has the checkpoints that it was given and made last, so that they need not be sent. */
  keepsCheckpoints: boolean;
}

/**
 * A child process on an engine of this machine. It opens the engine as soon as it is made. Where it has something to do
 * and gives no sign of life for longer than its owner has patience, it is killed.
 */
export class WorkerProcess implements Trainer {
  readonly opened: Promise<Machine>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<never>;
  #state: State = 'starting';
  #receive: (message: FromWorker) => void = () => {};
  #stderr = '';
  readonly #patience: Patience;
  readonly #listener: WorkerListener;
  /** Gets what it writes. */
  #quote: Listener;
  readonly #keepsCheckpoints: boolean;
  /** Why it was killed, where this process did that. */
  #hung: string | null = null;
  /** The checkpoints that the process has: the one that it was given last, and the one that it made last. */
  #given: string | null = null;
  #made: string | null = null;
  /** Process id of the user's program that it has at work, if any. */
  #program: number | null = null;

  constructor(
    { program, name, opening, environment, keepsCheckpoints }: Workplace,
    patience = new Patience(),
    listener: WorkerListener = NO_LISTENER,
  ) {
    this.#patience = patience;
    this.#keepsCheckpoints = keepsCheckpoints;
    this.#listener = listener;
    this.#quote = listener.quote;
    this.#child = fork(builtProgram(program), [], {
      execArgv: [...HEAP_FLAGS, ...process.execArgv], // of two flags V8 takes the last one: a user's own
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...engineEnvironment(), ...environment },
    });
    this.#listener.started(this.pid, name);
    this.#listen('stdout');
    this.#listen('stderr');
    this.#child.on('message', (message: FromWorker) => {
      if (message.kind === 'program') this.#follow(message.pid);
      else this.#receive(message);
    });
    this.#exited = new Promise((_, reject) => {
      const end = (how: string): void => void this.#died(how).then(reject);
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) => end(signal ? `killed by ${signal}` : `exit code ${code}`));
    });
    this.#exited.catch(() => {}); // whoever waits for the worker hears of it; nobody may be waiting
    this.opened = this.#open(opening);
    this.opened.catch(() => {}); // whoever gives it work hears of it
  }

  get dead(): boolean {
    return this.#state === 'dead';
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  holds(hash: string): boolean {
    return this.#keepsCheckpoints && (hash === this.#given || hash === this.#made);
  }

  sign(structures: readonly SignedStructure[]): Promise<(string | null)[]> {
    const limit = (): number => this.#patience.with('training');
    return this.#converse<(string | null)[]>({ kind: 'sign', structures }, limit, (message, resolve) => {
      if (message.kind === 'signed') resolve(message.signatures);
    });
  }

  async train(order: StageOrder | ProgramOrder, told: StageCallbacks): Promise<void> {
    this.#quote = told.onOutput ?? this.#quote;
    try {
      await this.#train(order, told);
    } finally {
      await setImmediate(); // what it wrote before its last message is in the pipe by now
      this.#quote = this.#listener.quote;
    }
  }

  stop(): void {
    if (this.#state !== 'training') return;
    this.#enter('stopping');
    this.#send({ kind: 'stop' });
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const late = setTimeout(() => this.kill(), ENDS_WITHIN);
    await this.#exited.catch(() => {});
    clearTimeout(late);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
    this.#killProgram();
  }

  /** The news of a program may come after the end of the worker that started it. */
  #follow(program: number | null): void {
    this.#program = program;
    if (this.dead) this.#killProgram();
  }

  /** A user's program is in a group of its own, which outlives the worker where nobody ends it. */
  #killProgram(): void {
    if (this.#program !== null) killGroup(this.#program);
    this.#program = null;
  }

  async #open(opening: ToWorker): Promise<Machine> {
    try {
      const limit = (): number => this.#patience.with('opening');
      const machine = await this.#converse<Machine>(opening, limit, (message, resolve) => {
        if (message.kind === 'ready') resolve({ device: message.device, versions: message.versions });
      });
      this.#enter('ready');
      this.#listener.opened(machine);
      return machine;
    } catch (error) {
      // The process may be alive, and may hold the device, but it has nothing to train on.
      this.#enter('dead');
      this.kill();
      throw error;
    }
  }

  async #train(order: StageOrder | ProgramOrder, { onLoaded, onProgress, onSegment }: StageCallbacks): Promise<void> {
    this.#enter('training');
    let reading = true;
    const limit = (): number =>
      this.#patience.with(this.#state === 'stopping' ? 'stopping' : reading ? 'reading' : 'training');
    await this.#converse<void>({ kind: 'train', order }, limit, (message, resolve, silence) => {
      if (!reading) this.#patience.noteSilence(silence);
      if (message.kind === 'loaded') {
        reading = false;
        this.#given = order.start?.hash ?? this.#given;
        onLoaded(message.loaded);
      }
      if (message.kind === 'progress') onProgress(message.batch);
      if (message.kind === 'segment') {
        this.#made = message.segment.checkpoint?.hash ?? this.#made;
        void onSegment(message.segment);
        if (message.segment.result) resolve();
      }
    });
    this.#enter('ready');
  }

  /** What is dead stays so. */
  #enter(state: State): void {
    if (this.#state !== 'dead') this.#state = state;
  }

  /**
   * Sends a request and handles what comes back until the handler resolves.
   *
   * @param limit how many milliseconds of silence are allowed meanwhile
   * @param handle is told too how many milliseconds of silence there were before the message
   */
  async #converse<T>(
    request: ToWorker,
    limit: () => number,
    handle: (message: FromWorker, resolve: (value: T) => void, silence: number) => void,
  ): Promise<T> {
    const watchdog = watch(limit, (silence) => {
      this.#hung = `it gave no sign of life for ${Math.round(silence / 1000)} s and was killed`;
      this.kill();
    });
    const answer = new Promise<T>((resolve, reject) => {
      this.#receive = (message) => {
        const silence = watchdog.sign();
        try {
          if (message.kind !== 'failed') return handle(message, resolve, silence);
          this.#enter(message.ends ? 'dead' : 'ready');
          this.#given = this.#made = null; // whatever went wrong, the next attempt begins from what is stored
          reject(message.outside ? new OutsideError(message.message) : new WorkerError(message.message));
        } catch (error) {
          reject(error as Error);
        }
      };
    });
    this.#send(request);
    return Promise.race([answer, this.#exited]).finally(() => watchdog.end());
  }

  #send(message: ToWorker): void {
    // A worker that has just died is noticed by its exit, not by what could not be sent to it.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #listen(stream: Stream): void {
    this.#child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      if (stream === 'stderr') this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
      this.#quote(stream, text);
    });
  }

  async #died(how: string): Promise<WorkerError> {
    const doing = DOING[this.#state];
    this.#enter('dead');
    this.#killProgram();
    this.#receive = () => {}; // what it sent before may still come in, and its stage is tried again meanwhile
    await Promise.race([once(this.#child, 'close'), sleep(LAST_WORDS)]).catch(() => {});
    const said = this.#stderr.trim().split('\n').slice(-5).join('\n');
    const why = this.#hung ?? how;
    this.#listener.ended(why);
    return new WorkerDied(`Worker process ${this.#child.pid} ended ${doing}(${why})${said ? `: ${said}` : ''}`);
  }
}
