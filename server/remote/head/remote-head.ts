import { setTimeout as sleep } from 'node:timers/promises';
import type { NotedWorkers, RemoteSweep, RemoteWorkers } from '../../runner/workers/remote-workers.ts';
import type { BitClass } from '../../runner/workers/seat.ts';
import { Opener, Sealer, type Envelope, type Identity } from '../messages/envelope.ts';
import { ToHead, type ToWorker } from '../messages/bodies.ts';
import { toPlain } from '../messages/typed-json.ts';
import type { Listening, PostOffice } from '../queues/post-office.ts';
import { HEAD, inboxOf } from '../queues/names.ts';
import type { HeadBlobs } from './head-blobs.ts';
import { Members, type Member } from './member.ts';
import { presentOf } from './present-of.ts';
import { RemoteSeating } from './remote-seating.ts';

export interface HeadOptions {
  /** Its name is `HEAD`. */
  identity: Identity;
  /** Of this Cosweep: workers of another one are refused. */
  cosweep: string;
  post: PostOffice;
  blobs: HeadBlobs;
  /** In milliseconds: so long a worker may give no sign of life before it counts as silent. */
  lock: number;
  log: (sentence: string) => void;
  /** Seats that each worker has beyond its slots (1). */
  spare?: number;
}

type Hello = Extract<ToHead, { kind: 'hello' }>;

/** A worker that was silent for so many locks is lost; by then the broker has given its ticket to somebody else. */
const LOST_AFTER = 2;

/** In milliseconds: how often it is looked whether somebody is ready. */
const LOOK = 100;

/** In milliseconds: so long it is waited for workers that were sent home. */
const GOODBYES = 10_000;

/**
 * The head: gives the stages of its sweeps to workers on other machines. It alone decides what counts. What comes from
 * a worker is dropped unless it is sealed, of this term, and under a grant that was not given to somebody else.
 */
export class RemoteHead implements RemoteWorkers {
  readonly #options: HeadOptions;
  readonly #sealer: Sealer;
  readonly #opener: Opener;
  readonly members = new Members();
  readonly #inbox: Listening;
  readonly #looking: NodeJS.Timeout;
  #term = 0;
  /** By sender: those who came before this process had the lease. */
  readonly #early = new Map<string, [Envelope, Hello]>();
  #seating: RemoteSeating | null = null;
  /** Senders and kinds of messages that were complained of. */
  readonly #complained = new Set<string>();
  #sweeps = 0;
  #sent: Promise<void> = Promise.resolve();
  #stale = 0;
  #lookedAt = performance.now();
  /** Workers were sent home with it, and so are those who come now. */
  #farewell: Extract<ToWorker, { kind: 'end' }> | null = null;

  constructor(options: HeadOptions) {
    this.#options = options;
    this.#sealer = new Sealer(options.identity);
    this.#opener = new Opener(options.identity);
    this.#inbox = options.post.receive(HEAD, (text) => this.#take(text));
    this.#looking = setInterval(() => void this.#look(), options.lock / 3);
  }

  /** Messages that did not count, whatever was wrong with them. */
  get dropped(): number {
    return this.#opener.dropped + this.#stale;
  }

  get temporaries(): string {
    return this.#options.blobs.temporaries;
  }

  begin(term: number): void {
    this.#term = term;
    for (const [envelope, hello] of this.#early.values()) this.#greet(envelope, hello);
    this.#early.clear();
  }

  async engine(wanted: string, ended: AbortSignal): Promise<string | null> {
    if (wanted !== 'auto') return wanted;
    const first = await this.members.first(ended);
    return first && first.engine;
  }

  async gather(sweep: RemoteSweep, ended: AbortSignal): Promise<BitClass[]> {
    const seating = this.seating(sweep);
    const over = new AbortController();
    const signal = AbortSignal.any([ended, over.signal]);
    const open = seating.open({ most: 0, begin: () => {}, gone: () => {}, waiting: () => [], ended: signal });
    while (!signal.aborted && seating.classes.length === 0) await sleep(LOOK);
    await sleep(this.#options.lock, undefined, { signal }).catch(() => {});
    over.abort();
    await open;
    return ended.aborted ? [] : seating.classes;
  }

  seating(sweep: RemoteSweep): RemoteSeating {
    const { post, blobs, spare = 1 } = this.#options;
    // Numbers of two heads differ, so that a worker never takes one's sweep for the other's.
    const id = this.#term * 1000 + ++this.#sweeps;
    const tell = (member: Member, body: ToWorker, grant: string | null = null): void => this.#tell(member, body, grant);
    return (this.#seating = new RemoteSeating(id, sweep, { members: this.members, post, blobs, spare, tell }));
  }

  present(): NotedWorkers {
    return presentOf(this.members, this.#seating);
  }

  /** Sends the workers home. @param reason a sentence; null where all is done */
  async close(reason: string | null): Promise<void> {
    clearInterval(this.#looking);
    const late = performance.now() + GOODBYES;
    this.#farewell = { kind: 'end', reason };
    for (const member of this.members.list) this.#tell(member, this.#farewell);
    // They say goodbye, and need the broker for that.
    while (this.members.list.length > 0 && performance.now() < late) await sleep(20);
    await this.#inbox.end();
    await Promise.race([this.#sent, sleep(Math.max(0, late - performance.now()), undefined, { ref: false })]);
    await this.#options.blobs.close();
  }

  #tell({ id }: Pick<Member, 'id'>, body: ToWorker, grant: string | null = null): void {
    const queue = inboxOf(id);
    const message = { term: this.#term, queue, recipient: id, grant, body: toPlain(body) };
    const text = this.#sealer.seal(message);
    // One after the other, so that they arrive in their order.
    this.#sent = this.#sent
      .then(() => this.#options.post.send(queue, text))
      .catch(({ message }: Error) => this.#options.log(`a message to ${id} could not be sent: ${message}`));
  }

  async #take(text: unknown): Promise<void> {
    const envelope = this.#opener.open(text, HEAD);
    if (envelope === null) return;
    const { success, data: body } = ToHead.safeParse(envelope.body);
    if (!success) return this.#complain(envelope);
    if (body.kind === 'bye') this.#early.delete(envelope.sender);
    if (body.kind === 'hello') return this.#greet(envelope, body);
    const member = this.members.find(envelope.sender);
    if (!member || envelope.term !== this.#term) return void this.#stale++;
    member.heardAt = performance.now();
    if (body.kind === 'bye') {
      this.#lose(member, 'it has left');
      return void this.#look(); // it may have taken a ticket with it
    }
    const seating = this.#seating;
    if (seating === null) return;
    if (body.kind === 'ready') {
      if (body.sweep === seating.id) await seating.admit(member, body);
    } else if (body.kind === 'unable') this.#refuse(member, body, seating);
    else if (body.kind === 'claim') seating.claim(member, body.ticket);
    else await this.#takeGranted(seating, member, envelope, body);
  }

  /** It is sealed, so that it comes from a worker: something is wrong there. */
  #complain({ sender, body }: Envelope): void {
    this.#stale++;
    const kind = String((body as { kind?: unknown } | null)?.kind).slice(0, 40);
    if (this.#complained.has(`${sender} ${kind}`)) return;
    this.#complained.add(`${sender} ${kind}`);
    this.#options.log(
      `a message of the kind ${JSON.stringify(kind)} from ${sender} is not as it should be, and is dropped`,
    );
  }

  #refuse(member: Member, { sweep, reason }: Extract<ToHead, { kind: 'unable' }>, seating: RemoteSeating): void {
    if (sweep === seating.id) member.unable = reason;
    this.#options.log(`${member.host} cannot train this sweep: ${reason}`);
  }

  async #takeGranted(seating: RemoteSeating, member: Member, { grant }: Envelope, body: ToHead): Promise<void> {
    const trainer = grant === null ? undefined : seating.trainerOf(grant);
    if (trainer?.member === member && (await trainer.take(body))) return;
    this.#stale++;
    if (trainer === undefined && grant !== null) this.#tell(member, { kind: 'drop' }, grant);
  }

  #greet(envelope: Envelope, body: Hello): void {
    const { sender } = envelope;
    const { cosweep, log } = this.#options;
    const { host, pid, engine } = body;
    if (body.cosweep !== cosweep) {
      const reason =
        `the head has Cosweep ${cosweep} and this worker ${body.cosweep}; ` +
        `install ${cosweep} here too (in a checkout: the same commit)`;
      log(`a worker on ${host} was sent away: it has Cosweep ${body.cosweep}, wanted ${cosweep}`);
      return this.#tell({ id: sender }, { kind: 'end', reason });
    }
    if (this.#farewell) this.#tell({ id: sender }, this.#farewell);
    if (this.#farewell) return;
    if (this.#term === 0) return void this.#early.set(sender, [envelope, body]);
    let member = this.members.find(sender);
    if (!member) {
      member = {
        id: sender,
        host,
        pid,
        slots: 0,
        engine,
        sweep: null,
        machine: null,
        bits: null,
        unable: null,
        cameAt: performance.now(),
        heardAt: 0,
        holds: new Set(),
      };
      this.members.add(member);
      log(`a worker on ${host} has come (process ${pid})`);
    }
    member.heardAt = performance.now();
    if (member.sweep !== this.#seating?.id)
      void this.#seating?.invite(member).catch(({ message }: Error) => log(message));
    this.#seating?.compare(member, body.grants);
  }

  async #look(): Promise<void> {
    const { lock } = this.#options;
    const before = this.#lookedAt;
    this.#lookedAt = performance.now();
    // A head that stood still has heard nobody: it listens first.
    const stoodStill = this.#lookedAt - before > lock;
    for (const member of stoodStill ? [] : this.members.silent(LOST_AFTER * lock))
      this.#lose(member, 'nothing was heard of it');
    await this.#seating?.look().catch(() => {}); // the broker is away: it is looked again
  }

  #lose(member: Member, why: string): void {
    this.members.remove(member, why);
    this.#options.log(`the worker on ${member.host} (process ${member.pid}) is gone: ${why}`);
    this.#seating?.lose(member, why);
  }
}
