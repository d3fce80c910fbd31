import type { EngineName } from '../training/engine.ts';
import { forgetVerdict } from '../training/engines/verdicts.ts';
import { hireWorker, type HiredWorker } from './hire-worker.ts';
import { WorkerError } from './worker-process.ts';

/** Workers on one engine. The first of them has it open; the others may still be opening it. */
export interface Crew {
  engine: EngineName;
  workers: HiredWorker[];
}

/**
 * Chooses an engine and starts workers on it. That an engine works here is remembered from another day: one that does not open after
 * all is forgotten, and the choice is made once more.
 *
 * @param size of a crew on an engine, 1 or more
 * @param tell gets why the choice was made twice
 */
export async function hireCrew(choose: () => Promise<EngineName>, size: (engine: EngineName) => number, device: string | null, kill: AbortSignal, tell: (message: string) => void): Promise<Crew> {
  const first = await choose();
  try {
    return await hire(first, size(first), device, kill);
  } catch (error) {
    if (!(error instanceof WorkerError) || kill.aborted) throw error;
    tell(`engine ${first} worked here before and does not open now (${error.message}); trying again`);
    forgetVerdict(first);
    const second = await choose();
    return hire(second, size(second), device, kill);
  }
}

async function hire(engine: EngineName, size: number, device: string | null, kill: AbortSignal): Promise<Crew> {
  const workers = Array.from({ length: size }, () => hireWorker(engine, device));
  const letGo = (): void => workers.forEach(({ process }) => process.kill());
  kill.addEventListener('abort', letGo);
  try {
    await workers[0]!.opened;
    return { engine, workers };
  } catch (error) {
    letGo();
    throw error;
  } finally {
    kill.removeEventListener('abort', letGo);
  }
}
