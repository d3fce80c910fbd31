import { whenAborted } from '../../runner/when-aborted.ts';
import type { RemoteSweep, WaitingSeed } from '../../runner/workers/remote-workers.ts';
import type { BitClass, Opening, Seating, Whose } from '../../runner/workers/seat.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { waitingWords } from '../../sweep/waiting-words.ts';
import type { SentProgram, ToHead, ToWorker } from '../messages/bodies.ts';
import { ordersOf } from '../queues/names.ts';
import type { PostOffice, Tickets } from '../queues/post-office.ts';
import type { HeadBlobs } from './head-blobs.ts';
import { toWhose, type Member, type Members } from './member.ts';
import { RemoteSeat } from './remote-seat.ts';
import { RemoteTrainer } from './remote-trainer.ts';

interface Means {
  /** Seats that each member has beyond its slots: it trains the next stage while the one before is on its way. */
  spare: number;
  members: Members;
  post: PostOffice;
  blobs: HeadBlobs;
  tell: (member: Member, body: ToWorker, grant?: string | null) => void;
}

type Ready = Extract<ToHead, { kind: 'ready' }>;

/** What all members of a class have in common. */
interface Office {
  bits: BitClass;
  tickets: Tickets;
  seats: RemoteSeat[];
}

/** The seats of a sweep: of each class more than its members have slots. A seat too many waits and costs nothing. */
export class RemoteSeating implements Seating {
  /** Numbered by the head: whoever is ready for another one has to be told of this one. */
  readonly id: number;
  readonly isHere = false;
  readonly #sweep: RemoteSweep;
  readonly #means: Means;
  readonly #offices = new Map<string, Office>();
  readonly #trainers = new Map<string, RemoteTrainer>();
  #opening: Opening = { most: 0, begin: () => {}, gone: () => {}, waiting: () => [], ended: AbortSignal.abort() };
  readonly #failure = new AbortController();
  #seats = 0;
  /** What was last said of those who are waited for. */
  #said = '';

  constructor(id: number, sweep: RemoteSweep, means: Means) {
    this.id = id;
    this.#sweep = sweep;
    this.#means = means;
  }

  async open(opening: Opening): Promise<void> {
    this.#opening = opening;
    await Promise.all(this.#means.members.list.map((member) => this.invite(member)));
    const { signal: failed } = this.#failure;
    await Promise.race([whenAborted(opening.ended), whenAborted(failed)]);
    if (!opening.ended.aborted) failed.throwIfAborted();
    for (const { tickets } of this.#offices.values()) await tickets.clear().catch(() => {});
  }

  /** Nobody else could go on with the sweep: it ends with this error. */
  fail(error: unknown): void {
    this.#failure.abort(error);
  }

  /** A member is to open the engine of this sweep. */
  async invite(member: Member): Promise<void> {
    const { engine, structures } = this.#sweep;
    member.unable = null;
    if (this.#over.aborted) return;
    try {
      const program = await this.#sendProgram();
      this.#means.tell(member, { kind: 'sweep', sweep: this.id, engine, structures: [...structures], program });
    } catch (error) {
      this.fail(error);
    }
  }

  async #sendProgram(): Promise<SentProgram | null> {
    const { program } = this.#sweep;
    return program && { ...program.asked, bundle: await this.#means.blobs.bundle(program.copy) };
  }

  /** A member has opened the engine, maybe has said so before: there is a place for it in the office of its class. */
  async admit(member: Member, { machine, signatures, slots: own, inexact }: Ready): Promise<void> {
    const bits = this.#sweep.classOf(machine, signatures);
    member.sweep = this.id;
    member.machine = machine;
    member.bits = bits;
    member.slots = own;
    if (inexact !== null) await this.#sweep.noteInexact(inexact);
    const office = await this.#officeOf(bits);
    this.#means.tell(member, { kind: 'class', sweep: this.id, name: bits.name });
    const slots = this.#present(bits).reduce((sum, each) => sum + each.slots + this.#means.spare, 0);
    while (office.seats.length < slots && !this.#over.aborted) {
      const seat = new RemoteSeat(this.#seats++, bits, office.tickets, this.#over);
      office.seats.push(seat);
      this.#opening.begin(seat);
    }
  }

  /** A member has taken a ticket. What it stands for is decided now. */
  claim(member: Member, ticket: string): void {
    const seat = this.#all.find((each) => each.ticket === ticket);
    const isReady = member.sweep === this.id && member.bits?.name === seat?.bits.name;
    if (!seat || this.#over.aborted || !isReady) return this.#means.tell(member, { kind: 'nothing', ticket });
    if (seat.isClaimedBy(member)) return seat.taken!.answer();
    const tell = (body: ToWorker, grant: string | null): void => this.#means.tell(member, body, grant);
    const trainer = new RemoteTrainer(member, ticket, tell, this.#means.blobs);
    const before = seat.taken;
    if (before) this.#means.tell(before.member, { kind: 'drop' }, before.grant);
    this.#trainers.set(trainer.grant, trainer);
    seat.claim(trainer);
  }

  /** Who trains under a grant; undefined where nobody does any more. */
  trainerOf(grant: string): RemoteTrainer | undefined {
    const trainer = this.#trainers.get(grant);
    if (trainer?.isLost) this.#trainers.delete(grant);
    return trainer?.isLost ? undefined : trainer;
  }

  /** A member says what it trains. What it knows nothing of is ordered once more; what nobody wants is dropped. */
  compare(member: Member, grants: readonly string[]): void {
    for (const [grant, trainer] of this.#trainers) {
      if (trainer.isSettled) this.#trainers.delete(grant);
      else if (trainer.member !== member) continue;
      else if (grants.includes(grant)) trainer.insist();
      else trainer.repeat();
    }
    for (const grant of grants)
      if (this.trainerOf(grant) === undefined) this.#means.tell(member, { kind: 'drop' }, grant);
  }

  /** A member is gone. */
  lose(member: Member, why: string): void {
    for (const { taken } of this.#all) if (taken?.member === member) taken.lose(why);
    this.#release();
  }

  /** To be called from time to time: puts out tickets again that the broker has lost, and says who is waited for. */
  async look(): Promise<void> {
    for (const seat of this.#all) await seat.restore();
    this.#release();
    if (this.#over.aborted) return;
    const sentences = this.#waitedFor();
    if (sentences.join('\n') === this.#said) return;
    this.#said = sentences.join('\n');
    for (const message of sentences) this.#sweep.tell({ kind: 'log', message });
  }

  /** Whom seeds wait for, in sentences. */
  #waitedFor(): string[] {
    const { list } = this.#means.members;
    const waiting = this.waiting();
    if (waiting.length === 0 || this.#admitted.length < list.length) return [];
    if (list.length === 0) return ['no worker is there: `cosweep worker --join FILE` on any machine starts one'];
    const byClass = groupBy(waiting, ({ bits }) => bits);
    return [...byClass].map(([bits, seeds]) =>
      waitingWords(
        seeds.map(({ seed }) => seed),
        bits,
      ),
    );
  }

  /** Of classes of which nobody is there. What was trained for them may be given back only now. */
  #release(): void {
    for (const { bits } of this.#offices.values()) if (this.#present(bits).length === 0) this.#opening.gone(bits);
  }

  /** Grows as workers come. */
  get size(): number {
    return this.#seats;
  }

  present(bits: BitClass): Whose[] {
    return this.#present(bits).map(toWhose);
  }

  /** Whether somebody is there who has not said yet whether it can train this sweep. */
  get isOpening(): boolean {
    return this.#means.members.list.some(({ sweep, unable }) => sweep !== this.id && unable === null);
  }

  /** Of all who have been ready. */
  get classes(): BitClass[] {
    return [...this.#offices.values()].map(({ bits }) => bits);
  }

  /** The sweep as the database counts it; null where nothing more of it is trained. */
  get sweepId(): number | null {
    const isAtWork = this.#all.some(({ taken }) => taken !== null && taken.stageId !== null);
    return this.#over.aborted && !isAtWork ? null : this.#sweep.sweepId;
  }

  get engine(): string {
    return this.#sweep.engine;
  }

  /** The stages that a member trains. */
  stagesOf(member: Member): number[] {
    const own = this.#all.map(({ taken }) => (taken?.member === member ? taken.stageId : null));
    return own.filter((stageId) => stageId !== null);
  }

  /** Seeds that none of those who are there may train, with the class that may, if it was there. */
  waiting(): WaitingSeed[] {
    const seeds = this.#over.aborted ? [] : this.#waitingSeeds();
    if (seeds.length === 0) return [];
    const classes = [...this.#offices.values()].map(({ bits }) => ({
      name: bits.name,
      refused: new Set(this.#opening.waiting([bits])),
    }));
    return seeds.map((seed) => ({ seed, bits: classes.find(({ refused }) => !refused.has(seed))?.name ?? null }));
  }

  #waitingSeeds(): number[] {
    return this.#opening.waiting(this.#admitted.map(({ bits }) => bits!));
  }

  get #admitted(): Member[] {
    return this.#means.members.list.filter((each) => each.sweep === this.id && each.bits !== null);
  }

  get #over(): AbortSignal {
    return this.#opening.ended;
  }

  get #all(): RemoteSeat[] {
    return [...this.#offices.values()].flatMap(({ seats }) => seats);
  }

  #present({ name }: BitClass): Member[] {
    return this.#means.members.list.filter((each) => each.sweep === this.id && each.bits?.name === name);
  }

  async #officeOf(bits: BitClass): Promise<Office> {
    const known = this.#offices.get(bits.name);
    if (known) return known;
    const office = { bits, tickets: this.#means.post.tickets(ordersOf(bits.name)), seats: [] };
    this.#offices.set(bits.name, office);
    // What a head before has left there stands for nothing.
    await office.tickets.clear();
    return office;
  }
}
