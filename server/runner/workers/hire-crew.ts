import { setImmediate } from 'node:timers/promises';
import type { EngineName } from '../../training/engine.ts';
import { EngineUnavailable } from '../../training/engines/unavailable.ts';
import { forgetVerdict } from '../../training/engines/verdicts.ts';
import { hireWorker, type HiredWorker } from './hire-worker.ts';
import { WorkerError } from './worker-process.ts';

/**
 * Workers on one engine, none where nothing is to be trained. The first of them has it open; the others may still be
 * opening it.
 */
export interface Crew {
  engine: EngineName;
  workers: HiredWorker[];
}

/**
 * Chooses an engine and starts workers on it. That an engine works here is remembered from another day: one that does
 * not open after all is forgotten, and the choice is made once more.
 *
 * @param size of a crew on an engine
 * @param ended aborted: nobody is hired, and who was is let go
 * @param tell gets why the choice was made twice
 * @returns null where it was ended
 */
export async function hireCrew(
  choose: () => Promise<EngineName>,
  size: (engine: EngineName) => number,
  device: string | null,
  ended: AbortSignal,
  tell: (message: string) => void,
): Promise<Crew | null> {
  const first = await choose();
  const crew = await hire(first, size(first), device, ended);
  if (!(crew instanceof WorkerError)) return crew;
  tell(`engine ${first} worked here before and does not open now (${crew.message}); trying again`);
  forgetVerdict(first);
  const second = await choose();
  const again = await hire(second, size(second), device, ended);
  if (again instanceof WorkerError)
    throw new EngineUnavailable(second, `it opens when it is tried, but not to train (${again.message})`, null);
  return again;
}

async function hire(
  engine: EngineName,
  size: number,
  device: string | null,
  ended: AbortSignal,
): Promise<Crew | WorkerError | null> {
  if (ended.aborted) return null;
  const workers = Array.from({ length: size }, () => hireWorker(engine, device));
  const letGo = (): void => workers.forEach(({ process }) => process.kill());
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
