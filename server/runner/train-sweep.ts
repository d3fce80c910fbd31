import { setImmediate } from 'node:timers/promises';
import { standingsOf } from '../store/training/seed-bits.ts';
import { isProgramEngine } from '../sweep/program-engine.ts';
import { noAudits, type Auditing, type AuditResult } from './audits/auditing.ts';
import { Audits } from './audits/audits.ts';
import { Deliveries } from './deliveries/deliveries.ts';
import { settleByTrunk } from './loops/take-from-trunk.ts';
import { Settler } from './loops/settler.ts';
import { WorkerLoop } from './loops/worker-loop.ts';
import { mostEpsilonsOf } from './order/epsilons-of.ts';
import { Pace } from './order/pace.ts';
import type { Standings } from './order/seed-classes.ts';
import { StageQueue } from './order/stage-queue.ts';
import { noTrunk, trunkBeside, type TrunkBeside } from './order/trunk-beside.ts';
import type { SweepWork } from './sweep-work.ts';
import type { Seat } from './workers/seat.ts';
import { NO_CARD, watchCard } from './usage/watch-card.ts';

interface SweepTrained {
  trained: number;
  taken: number;
  /** null where nothing was to be trained again. */
  audit: AuditResult | null;
}

/**
 * Trains the stages of a sweep's runs that are not done yet. A stage that several runs share is trained once, and each
 * worker trains one stage after the other. Where a stage diverges or fails, only the runs that need it end with it. A
 * worker that dies is replaced, and its stage is continued from its last checkpoint.
 *
 * @returns batches trained, and those that were taken from trunks instead
 */
export async function trainSweep(work: SweepWork): Promise<SweepTrained> {
  const { arms, tasks, seating, broken } = work;
  const beside = work.share ? trunkBeside(arms, tasks) : noTrunk;
  const takenBefore = await settleWhatIsThere(work, beside);
  const queue = new StageQueue(tasks, work.wanted, beside, seating, standingsFor(work));
  const pace = new Pace(queue.batches);
  const deliveries = new Deliveries(work, queue, pace);
  const audits = work.audit ? openAudits(work, queue.over) : noAudits(queue.over);
  const card = seating.isHere ? watchCard(work.engine) : NO_CARD;
  const shared = {
    queue,
    pace,
    deliveries,
    settler: new Settler(work, queue, deliveries, beside),
    mostEpsilons: mostEpsilonsOf(arms, tasks),
    audits,
    card,
    lost: new Map<number, number>(),
    failed: new Map<number, number>(),
  };
  const train = async (seat: Seat): Promise<void> => {
    try {
      await new WorkerLoop(seat, work, shared).run();
    } catch (error) {
      broken.abort(); // a full disk or a lost lease is met by all of them
      throw error;
    }
  };
  const loops: Promise<void>[] = [];
  const ended = AbortSignal.any([work.stopping, work.killing, audits.over]);
  const opening = seating.open({
    most: queue.size,
    begin: (seat) => loops.push(train(seat)),
    gone: (bits) => queue.release(bits),
    waiting: (present) => queue.waiting(present),
    ended,
  });
  opening.catch(() => broken.abort()); // nobody would come any more
  const [opened] = await Promise.allSettled([opening]);
  const ends = [opened, ...(await Promise.allSettled(loops))];
  card.end();
  const failure = ends.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return { trained: pace.done, taken: takenBefore + deliveries.taken, audit: audits.result() };
}

/** A program is checked instead. On this machine it is known from the beginning whether two cards can be compared. */
function openAudits(work: SweepWork, queueOver: AbortSignal): Auditing {
  const { engine, seating, tell } = work;
  const nothing = (why: string): void => tell({ kind: 'log', message: `Nothing will be audited: ${why}` });
  if (isProgramEngine(engine)) {
    nothing('a program of your own never is; `cosweep engine check FILE` trains a few batches of it in several ways');
    return noAudits(queueOver);
  }
  const cards = work.classes.map(({ name }) => name);
  if (seating.isHere && cards.length > 0 && new Set(cards).size === cards.length)
    nothing('wanted several cards of the same bits, or workers elsewhere (--listen)');
  return new Audits(work, queueOver);
}

/**
 * Where workers of several classes of bits train, or nobody knows which will come, a seed is compared with each. On
 * this machine a program's bits may not be known: there it has one class.
 */
function standingsFor({ storage, tasks, classes, engine, seating }: SweepWork): Standings | null {
  if (classes.length === 1 || (seating.isHere && isProgramEngine(engine) && classes.length === 0)) return null;
  return (bits) => standingsOf(storage, tasks, bits);
}

/**
 * Settles stages by the trunks that are trained already, before anything is trained. A stage that takes all of its rest
 * from its trunk needs no state to begin from. So the stages before it need not be trained once more where their states
 * are not kept, and the caller lays out the stages that are left afterwards.
 *
 * @returns batches taken
 */
async function settleWhatIsThere(work: SweepWork, beside: TrunkBeside): Promise<number> {
  // Of a new sweep nothing is trained.
  if (!work.tasks.some(({ stages }) => stages.some(({ batch, to }) => batch === to))) return 0;
  const queue = new StageQueue(work.tasks, work.wanted, beside);
  const deliveries = new Deliveries(work, queue, new Pace(queue.batches));
  for (const job of queue.jobs) {
    await setImmediate(); // a stop, a cancellation and the lease's heartbeat have their turn
    if (work.stopping.aborted || work.killing.aborted) break;
    await settleByTrunk(work, deliveries, beside, job, 0);
  }
  return deliveries.taken;
}
