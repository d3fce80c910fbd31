import { setImmediate } from 'node:timers/promises';
import { refuseOtherEngine } from '../../store/sweeps/ask-engine.ts';
import { readOutstanding } from '../../store/sweeps/queue.ts';
import type { EngineName } from '../../training/engine.ts';
import { chooseEngine } from '../../training/engines/choose.ts';
import { EngineUnavailable } from '../../training/engines/unavailable.ts';
import { forgetVerdict } from '../../training/engines/verdicts.ts';
import type { SweepOptions } from '../run-options.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { hireWorker } from './hire-worker.ts';
import { WorkerDied, WorkerError, type Trainer } from './trainer.ts';
import { workerCount } from './worker-count.ts';

/**
 * Workers on one engine, none where nothing is to be trained. The first has it open; others may still be opening it.
 */
export interface Crew {
  engine: EngineName;
  workers: Trainer[];
}

type Hirer = Pick<
  SweepOptions,
  'storage' | 'sweepId' | 'engine' | 'device' | 'workers' | 'fresh' | 'patience' | 'logs' | 'tell'
>;

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
  const start = (engine: EngineName): Promise<Crew | WorkerError | null> =>
    startWorkers(
      Math.min(workerCount(options.workers, engine), fresh ? runs : unfinished),
      (seat) => hireWorker(engine, options, seat),
      engine,
      ended,
    );
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

/** The one that is asked for; where the choice is left open, the one that the sweep was started on or waits for. */
async function engineOf(
  before: string | null,
  { storage, sweepId, engine, device, fresh, tell }: Hirer,
): Promise<EngineName> {
  if (!fresh && engine !== 'auto') refuseOtherEngine(storage, sweepId, engine);
  const kept = fresh || engine !== 'auto' ? null : (before as EngineName | null);
  return chooseEngine(kept ?? engine, (message) => tell({ kind: 'log', message }), device);
}

/** @returns the error of the first where the engine does not open; null where it was ended */
async function startWorkers(
  count: number,
  hire: (seat: number) => Trainer,
  engine: EngineName,
  ended: AbortSignal,
): Promise<Crew | WorkerError | null> {
  if (ended.aborted) return null;
  const workers = Array.from({ length: count }, (_, seat) => hire(seat));
  const letGo = (): void => workers.forEach((worker) => worker.kill());
  ended.addEventListener('abort', letGo);
  try {
    await workers[0]?.opened;
    return { engine, workers };
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
