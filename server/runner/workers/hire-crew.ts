import { isProgramEngine } from '../../sweep/program-engine.ts';
import { setImmediate } from 'node:timers/promises';
import { refuseOtherEngine } from '../../store/sweeps/ask-engine.ts';
import { readOutstanding } from '../../store/sweeps/queue.ts';
import type { EngineName } from '../../training/engine.ts';
import { chooseCards } from '../../training/engines/cards/choose-cards.ts';
import { chooseEngine } from '../../training/engines/choose.ts';
import { EngineUnavailable } from '../../training/engines/unavailable.ts';
import { forgetVerdict } from '../../training/engines/verdicts.ts';
import type { SweepOptions } from '../run-options.ts';
import { sweepName } from '../../store/database/ids.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { officeFor, refuseChanged } from './hire-for-program.ts';
import { hireOn, inTurn, tellCards, type Hire } from './hire-worker.ts';
import { WorkerDied, WorkerError, type Trainer } from './trainer.ts';
import type { Elsewhere, RemoteWorkers } from './remote-workers.ts';
import { workerCount } from './worker-count.ts';

/**
 * Workers on one engine, none where nothing is to be trained. The first on each card has it open; others may still be
 * opening it.
 */
export interface Crew {
  /** An engine of this machine, or a user's program as `program:…`. */
  engine: string;
  workers: Trainer[];
  /** How many may be at work at the same time. */
  seats: number;
  hire: Hire;
  /** The card of a seat, as runs call it; null where the seat has none, or takes whichever it finds. */
  cardOf: (seat: number) => string | null;
  /** Those on other machines, who train instead; null where there are none. */
  remote: RemoteWorkers | null;
}

type Hirer = Pick<
  SweepOptions,
  'storage' | 'sweepId' | 'engine' | 'device' | 'workers' | 'perDevice' | 'fresh' | 'patience' | 'logs' | 'tell'
> &
  Elsewhere;

/**
 * Chooses an engine and starts as many workers on it as there is work for. That an engine works here is remembered from
 * another day: one that does not open after all is forgotten, and the choice is made once more.
 *
 * @param ended aborted: no worker is hired, and those that were are killed
 * @returns null where it was ended
 */
export async function hireCrew(options: Hirer, ended: AbortSignal): Promise<Crew | null> {
  const { storage, sweepId, fresh, tell } = options;
  const { engine: before, runs, unfinished } = readOutstanding(storage, sweepId);
  const most = fresh ? runs : unfinished;
  if (options.remote) return callRemote(options.remote, options, before, ended);
  if (isProgramEngine(before)) return hireProgram(before, options, most, ended);
  const start = async (engine: EngineName): Promise<Crew | WorkerError | null> =>
    startWorkers(await findSeats(engine, options, most), most, ended);
  const first = await engineOf(before, options);
  const crew = await start(first);
  if (!(crew instanceof WorkerError)) return crew;
  tell({
    kind: 'log',
    message: `engine ${first} worked here before and does not open now (${crew.message}); trying again`,
  });
  forgetVerdict(first);
  const second = await engineOf(before, options);
  const again = await start(second);
  if (again instanceof WorkerDied)
    throw new OutsideError(
      `Cannot train on engine ${second}: two worker processes ended before it was open (${again.message}). ` +
        'Is there too little memory, or does something end them? Fewer --workers need less',
      { cause: again },
    );
  if (again instanceof WorkerError)
    throw new EngineUnavailable(second, `it opens when it is tried, but not to train (${again.message})`, null);
  return again;
}

/** Of this machine nobody is hired. */
async function callRemote(
  remote: RemoteWorkers,
  options: Hirer,
  before: string | null,
  ended: AbortSignal,
): Promise<Crew | null> {
  const { sweepId } = options;
  const theirs = isProgramEngine(before)
    ? await programThere(before, options)
    : await remote.engine(engineAsked(before, options), ended);
  const hire = (): never => {
    throw new Error(`Cannot hire anybody here: ${sweepName(sweepId)} is trained on other machines`);
  };
  return theirs === null ? null : { engine: theirs, workers: [], seats: 1, hire, cardOf: () => null, remote };
}

/** Spreads the workers over the cards in turn, the fastest card first: where there are few, they are on fast ones. */
async function findSeats(engine: EngineName, options: Hirer, most: number): Promise<Omit<Crew, 'workers'>> {
  const { device, tell } = options;
  const say = (message: string): void => tell({ kind: 'log', message });
  const cards = most === 0 ? [] : await chooseCards(engine, device, say);
  const seats = workerCount(options, engine, cards.length);
  tellCards(engine, cards, Math.min(seats, most), say);
  const at = inTurn(cards);
  return {
    engine,
    seats,
    hire: hireOn(engine, at, options),
    cardOf: (seat) => at(seat)?.label ?? null,
    remote: null,
  };
}

async function programThere(engine: string, options: Hirer): Promise<string> {
  refuseEngineFor(engine, options);
  await refuseChanged(engine, options);
  return engine;
}

async function hireProgram(engine: string, options: Hirer, most: number, ended: AbortSignal): Promise<Crew | null> {
  refuseEngineFor(engine, options);
  const crew = await startWorkers({ engine, ...(await officeFor(engine, options)), remote: null }, most, ended);
  if (crew instanceof WorkerError) throw crew;
  return crew;
}

function refuseEngineFor(program: string, { sweepId, engine }: Hirer): void {
  if (engine === 'auto' || engine === program) return;
  throw new UserError(
    `Cannot train ${sweepName(sweepId)} on ${engine}: its definition names a program, ` +
      'which is its engine; leave --engine out',
  );
}

async function engineOf(before: string | null, options: Hirer): Promise<EngineName> {
  const say = (message: string): void => options.tell({ kind: 'log', message });
  return chooseEngine(engineAsked(before, options), say, options.device);
}

/** The one that is asked for; where the choice is left open, the one that the sweep was started on or waits for. */
function engineAsked(before: string | null, { storage, sweepId, engine, fresh }: Hirer): EngineName | 'auto' {
  if (!fresh && engine !== 'auto') refuseOtherEngine(storage, sweepId, engine);
  const kept = fresh || engine !== 'auto' ? null : (before as EngineName | null);
  return kept ?? engine;
}

/**
 * @param most workers that there is work for
 * @returns the error of a first one where the engine does not open; null where it was ended
 */
async function startWorkers(
  office: Omit<Crew, 'workers'>,
  most: number,
  ended: AbortSignal,
): Promise<Crew | WorkerError | null> {
  if (ended.aborted) return null;
  const workers = Array.from({ length: Math.min(office.seats, most) }, (_, seat) => office.hire(seat));
  const letGo = (): void => workers.forEach((worker) => worker.kill());
  ended.addEventListener('abort', letGo);
  try {
    await Promise.all(firstOfEachCard(workers, office.cardOf).map(({ opened }) => opened));
    return { ...office, workers };
  } catch (error) {
    letGo();
    if (!(error instanceof WorkerError)) throw error;
    // Ctrl-C reaches workers too, and they may not know yet that it is not for them.
    await setImmediate();
    return ended.aborted ? null : error;
  } finally {
    ended.removeEventListener('abort', letGo);
  }
}

function firstOfEachCard(workers: readonly Trainer[], cardOf: Crew['cardOf']): Trainer[] {
  const firsts = new Map<string | null, Trainer>();
  workers.forEach((worker, seat) => {
    if (!firsts.has(cardOf(seat))) firsts.set(cardOf(seat), worker);
  });
  return [...firsts.values()];
}
