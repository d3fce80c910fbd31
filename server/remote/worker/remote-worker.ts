import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { whenAborted } from '../../runner/when-aborted.ts';
import type { Hire } from '../../runner/workers/hire-worker.ts';
import { computeSame, measureCards } from '../../runner/workers/measure-bits.ts';
import type { Trainer } from '../../runner/workers/trainer.ts';
import type { BlobCache } from '../blobs/blob-cache.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { FileBringer } from '../blobs/file-bringer.ts';
import { readBlob } from '../blobs/read-blob.ts';
import { Opener, Sealer, type Identity } from '../messages/envelope.ts';
import { ToWorker, type RemoteOrder, type ToHead } from '../messages/bodies.ts';
import { packBody, unpackBody } from '../messages/large-body.ts';
import { fromPlain } from '../messages/typed-json.ts';
import { HEAD, inboxOf, ordersOf } from '../queues/names.ts';
import type { Listening, PostOffice } from '../queues/post-office.ts';
import type { Here, Places, Wanted } from './places.ts';
import { StageAtWork } from './stage-at-work.ts';
import { Turns } from './turns.ts';

export interface WorkerOptions {
  identity: Identity;
  cosweep: string;
  post: PostOffice;
  /** Of the head. */
  store: BlobStore;
  cache: BlobCache;
  /** The fastest that works here, or the one that was asked for; null where none does. */
  engine: string | null;
  /** Finds places for a sweep. */
  findPlaces: (wanted: Wanted, here: Here) => Promise<Places>;
  /** Where large checkpoints are written until they are sent. */
  folder: string;
  /** In milliseconds, as the head's. */
  lock: number;
  /** In milliseconds: it ends by itself where it had nothing to train for so long. */
  idle: number;
  /** By `performance.now()`: no stage is begun from then on, and those that are trained end; Infinity: never. */
  until: number;
  /** Aborted: end, with what was trained so far stored. */
  stop: AbortSignal;
  log: (sentence: string) => void;
}

/** In milliseconds: so long it is waited for the head to store what was trained, when this process ends. */
const LAST_WORDS = 30_000;

/** In milliseconds: at least so often it is looked whether it is time to end. */
const LOOK = 10_000;

/** In milliseconds: so long it is tried to say goodbye. */
const GOODBYE = 3_000;

type Sweep = Extract<ToWorker, { kind: 'sweep' }>;

interface Opened {
  sweep: number;
  /** Aborted: it is closed. */
  closing: AbortController;
  hire: Hire;
  trainers: Trainer[];
  /** Seats of this process's class of bits that nobody is in. */
  free: number[];
  /** By seat: what its last stage gave, on its way to the head. */
  sending: Map<number, Promise<void>>;
  /** Said of it, as soon as it is known. */
  ready: ToHead | null;
  orders: Listening | null;
}

/** Trains for a head on another machine until there is nothing more to do. */
export class RemoteWorker {
  readonly #options: WorkerOptions;
  readonly #sealer: Sealer;
  readonly #opener: Opener;
  readonly #bringer: FileBringer;
  readonly #over = new AbortController();
  /** The term of the head that was heard last. */
  #term = 0;
  #opened: Opened | null = null;
  readonly #turns = new Turns();
  readonly #atWork = new Map<string, StageAtWork>();
  #openings = 0;
  #busySince = performance.now();
  #toldToWait = -Infinity;
  #reason: string | null = null;
  #sent: Promise<void> = Promise.resolve();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#sealer = new Sealer(options.identity);
    this.#opener = new Opener(options.identity);
    this.#bringer = new FileBringer(options.cache);
  }

  /** @returns why it ended: a sentence where something is wrong, null where all is done */
  async run(): Promise<string | null> {
    const { identity, post, lock, stop } = this.#options;
    const inbox = post.receive(inboxOf(identity.name), (text) => this.#take(text));
    const greeting = setInterval(() => this.#look(), Math.min(lock / 3, LOOK));
    const end = (): void => this.#end(null);
    stop.addEventListener('abort', end, { once: true });
    if (stop.aborted) end();
    this.#greet();
    await whenAborted(this.#over.signal);
    await this.#finish();
    clearInterval(greeting);
    await Promise.race([this.#send({ kind: 'bye' }), sleep(GOODBYE, undefined, { ref: false })]);
    await inbox.end();
    await this.#bringer.release();
    return this.#reason;
  }

  /** No other stage is begun. What goes wrong afterwards follows from that. */
  #end(reason: string | null): void {
    if (this.#over.signal.aborted) return;
    this.#reason = reason;
    this.#over.abort();
  }

  /** What is trained ends with a checkpoint, and is stored by the head before this process ends. */
  async #finish(): Promise<void> {
    this.#turns.giveUp();
    const noTickets = this.#opened?.orders?.end();
    for (const stage of this.#atWork.values()) stage.stop();
    const stored = Promise.all([...this.#atWork.values()].map((stage) => stage.done()));
    await Promise.race([stored, sleep(LAST_WORDS, undefined, { ref: false })]);
    await noTickets;
    await this.#close();
  }

  #greet(): void {
    const { cosweep, engine } = this.#options;
    this.#tell({
      kind: 'hello',
      cosweep,
      host: hostname(),
      pid: process.pid,
      engine,
      grants: [...this.#atWork.keys()],
    });
  }

  #look(): void {
    const { idle, until, log } = this.#options;
    this.#greet();
    if (this.#opened?.orders === null) this.#sayReady(this.#opened);
    for (const ticket of this.#turns.tickets) this.#tell({ kind: 'claim', ticket });
    const isOpening = this.#opened?.ready === null;
    // What is only on its way to the head may be for one that does not come back.
    const isAtWork = [...this.#atWork.values()].some((stage) => stage.isAtWork);
    if (isOpening || isAtWork || this.#isWaitedFor()) this.#busySince = performance.now();
    if (performance.now() > until) return this.#end(null);
    if (performance.now() - this.#busySince < idle) return;
    log(`there was nothing to train for ${Math.round(idle / 60_000)} minutes`);
    this.#end(null);
  }

  /** The head has nothing for it right now, and has said so lately: a long trunk, maybe, on which others wait. */
  #isWaitedFor(): boolean {
    return this.#turns.tickets.length > 0 && performance.now() - this.#toldToWait < this.#options.lock;
  }

  async #send(said: ToHead, grant: string | null = null): Promise<void> {
    const { body, beside } = packBody(said);
    if (beside) await this.#options.store.write(beside.blob, () => [beside.bytes]);
    const message = { term: said.kind === 'hello' ? 0 : this.#term, queue: HEAD, recipient: HEAD, grant, body };
    const text = this.#sealer.seal(message);
    // One after the other, so that they arrive in their order.
    const sending = this.#sent.then(() => this.#options.post.send(HEAD, text));
    this.#sent = sending.catch(() => {});
    await sending;
  }

  #tell(body: ToHead, grant: string | null = null): void {
    this.#send(body, grant).catch(({ message }: Error) => this.#options.log(message));
  }

  async #take(text: unknown): Promise<void> {
    const envelope = this.#opener.open(text, inboxOf(this.#options.identity.name));
    if (envelope === null || envelope.sender !== HEAD || envelope.term < this.#term) return;
    const { store } = this.#options;
    // Where it has not come, the head says it again.
    const said = await unpackBody(envelope.body, ({ hash, size }) => readBlob(store, hash, size));
    const { success, data: body } = ToWorker.safeParse(fromPlain(said?.body));
    if (!success) return;
    if (envelope.term > this.#term) await this.#changeHead(envelope.term);
    const stage = this.#atWork.get(envelope.grant ?? '');
    switch (body.kind) {
      case 'sweep':
        if (this.#opened?.sweep !== body.sweep) return this.#open(body);
        return this.#sayReady(this.#opened);
      case 'class':
        return this.#listen(body);
      case 'train':
        return this.#takeOrder(body, envelope.grant!);
      case 'wait':
        this.#toldToWait = performance.now();
        return;
      case 'nothing':
        return void this.#turns.answer(body.ticket, null);
      case 'stop':
        return stage?.stop();
      case 'drop':
        return stage?.drop();
      case 'committed':
        return stage?.confirm(body.to);
      case 'end':
        if (body.reason !== null) for (const each of this.#atWork.values()) each.drop();
        return this.#end(body.reason);
    }
  }

  /** Another head has the lease now: what was granted by the one before counts no more. */
  async #changeHead(term: number): Promise<void> {
    this.#term = term;
    await this.#close();
  }

  /** The head may say again what a ticket stands for that is not here any more: then it hears of that. */
  #takeOrder(body: Extract<ToWorker, { kind: 'train' }>, grant: string): void {
    if (this.#turns.answer(body.ticket, { body, grant }) || this.#atWork.has(grant)) return;
    this.#tell({ kind: 'failed', message: 'it is not trained', lost: true }, grant);
  }

  async #open(asked: Sweep): Promise<void> {
    await this.#close();
    if (this.#over.signal.aborted) return;
    const { sweep } = asked;
    const hire = (): never => {
      throw new Error('Found no place yet');
    };
    const empty = { trainers: [], free: [], sending: new Map(), ready: null, orders: null };
    const opened: Opened = { sweep, closing: new AbortController(), hire, ...empty };
    this.#opened = opened;
    // Opening and measuring take a while, in which other messages have their turn.
    this.#measure(opened, asked).catch((error: Error) => {
      if (this.#opened !== opened) return; // it was ended meanwhile
      this.#tell({ kind: 'unable', sweep, reason: error.message });
      this.#end(`Cannot train on ${asked.engine} here: ${error.message}`);
    });
  }

  async #measure(opened: Opened, { engine, program, structures }: Sweep): Promise<void> {
    const { sweep, trainers, free, closing } = opened;
    const { cache, folder, findPlaces, log } = this.#options;
    const ended = closing.signal;
    // An opening before may not have come to its end yet.
    const own = join(folder, `opening-${++this.#openings}`);
    const places = await findPlaces({ engine, program }, { cache, folder: own, ended });
    const { seats, hire, cardOf, sign, inexact } = places;
    if (this.#opened !== opened) return;
    opened.hire = hire;
    for (let seat = 0; seat < seats; seat++) trainers.push(hire(seat));
    const crew = { workers: trainers, hire, cardOf };
    const measured = await measureCards(crew, structures, { ended, tell: log, sign });
    const first = measured.get(cardOf(0))!;
    for (const seat of trainers.keys()) {
      const card = cardOf(seat);
      if (computeSame(measured.get(card)!, first)) free.push(seat);
      else log(`${card} computes other bits than ${cardOf(0)}: start another worker for it (--device)`);
    }
    this.#busySince = performance.now();
    opened.ready = { kind: 'ready', sweep, ...first, slots: free.length, inexact };
    if (this.#opened === opened) this.#sayReady(opened);
  }

  #sayReady({ ready }: Opened): void {
    if (ready !== null) this.#tell(ready);
  }

  #listen({ sweep, name }: Extract<ToWorker, { kind: 'class' }>): void {
    const opened = this.#opened;
    if (opened?.sweep !== sweep || opened.orders || this.#over.signal.aborted) return;
    const { post } = this.#options;
    opened.orders = post.use(ordersOf(name), opened.free.length, (ticket) => this.#use(opened, ticket));
  }

  /** Has a ticket: asks what it stands for, and does that. */
  async #use(opened: Opened, ticket: string): Promise<void> {
    if (this.#opened !== opened || this.#over.signal.aborted || this.#turns.isUsed(ticket)) return;
    const seat = opened.free.shift()!;
    const claim = (): Promise<void> => this.#send({ kind: 'claim', ticket });
    await this.#turns
      .use(ticket, claim, ({ body, grant }) => this.#train(opened, seat, body.order, grant))
      .finally(() => opened.free.push(seat));
  }

  async #train(opened: Opened, seat: number, order: RemoteOrder, grant: string): Promise<void> {
    const { cache, folder, lock, log } = this.#options;
    const trainer = this.#alive(opened, seat);
    const send = (body: ToHead): Promise<void> => this.#send(body, grant);
    const shop = { trainer, cache, bringer: this.#bringer, folder, send, sendAgain: lock / 3 };
    const stage = new StageAtWork(grant, shop);
    this.#atWork.set(grant, stage);
    if (this.#over.signal.aborted) stage.stop();
    try {
      await stage.train(order);
    } catch (error) {
      log((error as Error).message);
      this.#end((error as Error).message);
      stage.drop();
    }
    void stage.done().then(() => this.#atWork.delete(grant)); // it does not fail
    // The next stage is trained meanwhile. Where sending takes longer than training, it is waited for.
    await opened.sending.get(seat);
    opened.sending.set(seat, stage.sent());
  }

  #alive({ trainers, hire }: Opened, seat: number): Trainer {
    const trainer = trainers[seat]!;
    if (!trainer.dead) return trainer;
    void trainer.end();
    return (trainers[seat] = hire(seat));
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    opened?.closing.abort();
    this.#turns.giveUp();
    for (const stage of this.#atWork.values()) stage.drop();
    // Not waited for: what it has taken ends by itself, since nobody trains it.
    void opened?.orders?.end();
    await Promise.all(opened?.trainers.map((trainer) => trainer.end()) ?? []);
  }
}
