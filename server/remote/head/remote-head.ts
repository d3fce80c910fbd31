import { setTimeout as sleep } from 'node:timers/promises';
import { explainFileError } from '../../sweep/file-error.ts';
import type { RemoteGone } from '../../runner/workers/remote-gone.ts';
import type { NotedWorkers, RemoteSweep, RemoteWorkers } from '../../runner/workers/remote-workers.ts';
import type { BitClass } from '../../runner/workers/seat.ts';
import { Opener, Sealer, type Envelope, type Identity } from '../messages/envelope.ts';
import { ToHead, type ToWorker } from '../messages/bodies.ts';
import { packBody, unpackBody, type PackedBody } from '../messages/large-body.ts';
import { toPlain } from '../messages/typed-json.ts';
import type { Listening, PostOffice } from '../queues/post-office.ts';
import { HEAD, inboxOf } from '../queues/names.ts';
import { RecentNames } from '../recent-names.ts';
import type { HeadBlobs } from './head-blobs.ts';
import { Members, MOST_HELD, type Member } from './member.ts';
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

/** Kinds of messages without which a stage does not go on; `undefined` is what no text could be made of. */
const NEEDED: ReadonlySet<string> = new Set(['loaded', 'segment', 'failed', 'undefined']);

/** In milliseconds: how often it is looked whether somebody is ready. */
const LOOK = 100;

/** In milliseconds: so long it is waited for workers that were sent home. */
const GOODBYES = 10_000;

/** In milliseconds: so long at least it is waited until what was said last is taken and sent. */
const LAST_WORDS = 5_000;

/**
 * The head: gives the stages of its sweeps to workers on other machines. It alone decides what counts. What comes from
 * a worker is dropped unless it is sealed, of this term, and under a grant that was not given to somebody else.
 */
export class RemoteHead implements RemoteWorkers {
  readonly #options: HeadOptions;
  readonly #sealer: Sealer;
  readonly #opener: Opener;
  readonly members = new Members();
  readonly #inbox: Promise<Listening>;
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
  /** Those who came then, and have not said goodbye yet. */
  readonly #late = new Set<string>();
  #closing: Promise<void> | null = null;
  /** Aborted: no worker can be reached any more, and its reason says why. */
  readonly #gone = new AbortController();

  constructor(options: HeadOptions) {
    this.#options = options;
    this.#sealer = new Sealer(options.identity);
    this.#opener = new Opener(options.identity);
    // What was sent before may be of workers that are gone: those who are there greet again.
    this.#inbox = options.post.forget(HEAD).then(() => options.post.receive(HEAD, (text) => this.#take(text)));
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
    const first = await this.members.first(AbortSignal.any([ended, this.#gone.signal]));
    if (!ended.aborted) this.#gone.signal.throwIfAborted();
    return first && first.engine;
  }

  /** Whatever is trained ends with this error. */
  fail(error: RemoteGone): void {
    this.#gone.abort(error);
    this.#seating?.fail(error);
  }

  async gather(sweep: RemoteSweep, ended: AbortSignal): Promise<BitClass[]> {
    const seating = this.seating(sweep);
    const over = new AbortController();
    const signal = AbortSignal.any([ended, over.signal]);
    const open = seating.open({ most: 0, begin: () => {}, gone: () => {}, waiting: () => [], ended: signal });
    open.catch(() => over.abort());
    while (!signal.aborted && seating.classes.length === 0) await sleep(LOOK);
    await sleep(this.#options.lock, undefined, { signal }).catch(() => {});
    if (seating.isOpening) this.#options.log('waiting for workers that look what they compute on this sweep');
    while (!signal.aborted && seating.isOpening) await sleep(LOOK);
    over.abort();
    await open;
    return ended.aborted ? [] : seating.classes;
  }

  seating(sweep: RemoteSweep): RemoteSeating {
    const { post, blobs, spare = 1 } = this.#options;
    // Numbers of two heads differ, so that a worker never takes one's sweep for the other's.
    const id = this.#term * 1000 + ++this.#sweeps;
    const tell = (member: Member, body: ToWorker, grant: string | null = null): void => this.#tell(member, body, grant);
    this.#seating = new RemoteSeating(id, sweep, { members: this.members, post, blobs, spare, tell });
    if (this.#gone.signal.aborted) this.#seating.fail(this.#gone.signal.reason);
    return this.#seating;
  }

  present(): NotedWorkers {
    return presentOf(this.members, this.#seating);
  }

  close(reason: string | null, { isReplaced = false }: { isReplaced?: boolean } = {}): Promise<void> {
    return (this.#closing ??= this.#close(reason, isReplaced));
  }

  async #close(reason: string | null, isReplaced: boolean): Promise<void> {
    const { post, blobs } = this.#options;
    const isGone = this.#gone.signal.aborted;
    clearInterval(this.#looking);
    const late = performance.now() + (isGone ? 0 : GOODBYES);
    this.#farewell = { kind: 'end', reason };
    for (const member of this.members.list) this.#tell(member, this.#farewell);
    // They say goodbye, and need the broker for that.
    while (this.members.list.length + this.#late.size > 0 && performance.now() < late) await sleep(20);
    if (!isGone) {
      const ended = this.#inbox.then((inbox) => inbox.end()).then(() => this.#sent);
      await Promise.race([ended, sleep(Math.max(LAST_WORDS, late - performance.now()), undefined, { ref: false })]);
      // Without the lease, the queues of this database may be those of another head.
      if (this.#term > 0 && !isReplaced) await post.clear();
    }
    await blobs.close();
  }

  #tell({ id }: Pick<Member, 'id'>, said: ToWorker, grant: string | null = null): void {
    const queue = inboxOf(id);
    const { body, beside } = packBody(toPlain(said));
    const text = this.#sealer.seal({ term: this.#term, queue, recipient: id, grant, body });
    this.#inTurn(async () => {
      if (beside) await this.#write(beside);
      await this.#options.post.send(queue, text);
    });
  }

  /** One after the other, so that messages arrive in their order. */
  #inTurn(work: () => Promise<void>): void {
    this.#sent = this.#sent
      .then(work)
      .catch(({ message }: Error) => this.#options.log(`a message could not be sent: ${message}`));
  }

  /** Where it cannot be written, no worker would get its like. */
  async #write({ blob, bytes }: NonNullable<PackedBody['beside']>): Promise<void> {
    await this.#options.blobs.write(blob, bytes).catch((error: unknown) => {
      const explained = explainFileError(error, `write a message to ${this.#options.blobs.folder}`);
      this.#seating?.fail(explained);
      throw explained;
    });
  }

  async #take(text: unknown): Promise<void> {
    const envelope = this.#opener.open(text, HEAD);
    if (envelope === null) return;
    const said = await unpackBody(envelope.body, (blob) => this.#options.blobs.read(blob));
    if (said === null) return void this.#stale++; // it is sent again
    const { success, data: body } = ToHead.safeParse(said.body);
    if (!success) return this.#complain(envelope, said.body);
    if (body.kind === 'hello') return this.#greet(envelope, body);
    if (body.kind === 'bye') this.#dismiss(envelope.sender);
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
  #complain({ sender, grant, term }: Envelope, body: unknown): void {
    this.#stale++;
    const kind = String((body as { kind?: unknown } | null | undefined)?.kind).slice(0, 40);
    const trainer = grant === null || term !== this.#term ? undefined : this.#seating?.trainerOf(grant);
    if (trainer?.member.id === sender && NEEDED.has(kind))
      trainer.refuse(`sent a message of the kind ${JSON.stringify(kind)} that is not as it should be`);
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
    if (this.#farewell) {
      this.#late.add(sender);
      return this.#tell({ id: sender }, this.#farewell);
    }
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
        holds: new RecentNames(MOST_HELD),
      };
      this.members.add(member);
      log(`a worker on ${host} has come (process ${pid})`);
    }
    member.heardAt = performance.now();
    if (member.sweep !== this.#seating?.id) void this.#seating?.invite(member); // it does not fail
    this.#seating?.compare(member, body.grants);
  }

  async #look(): Promise<void> {
    const { lock } = this.#options;
    const before = this.#lookedAt;
    this.#lookedAt = performance.now();
    // A head that stood still has heard nobody: it listens first.
    const stoodStill = this.#lookedAt - before > lock;
    for (const member of stoodStill ? [] : this.members.silent(LOST_AFTER * lock)) {
      this.#lose(member, 'nothing was heard of it');
      this.#forget(member.id);
    }
    await this.#seating?.look().catch(() => {}); // the broker is away: it is looked again
  }

  /** It has said goodbye. */
  #dismiss(sender: string): void {
    this.#early.delete(sender);
    this.#late.delete(sender);
    this.#forget(sender);
  }

  /** Nobody looks into its inbox any more, or it has lost what is there. */
  #forget(worker: string): void {
    this.#inTurn(() => this.#options.post.forget(inboxOf(worker)));
  }

  #lose(member: Member, why: string): void {
    this.members.remove(member, why);
    this.#options.log(`the worker on ${member.host} (process ${member.pid}) is gone: ${why}`);
    this.#seating?.lose(member, why);
  }
}
