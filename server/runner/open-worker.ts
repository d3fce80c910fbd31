import type { EngineName } from '../training/engine.ts';
import { forgetVerdict } from '../training/engines/verdicts.ts';
import { WorkerError, WorkerProcess, type Machine } from './worker-process.ts';

/** A worker with its engine open. */
export interface OpenWorker {
  engine: EngineName;
  worker: WorkerProcess;
  machine: Machine;
}

/**
 * Chooses an engine and opens it in a worker. That an engine works here is remembered from another day: one that does not open
 * after all is forgotten, and the choice is made once more.
 *
 * @param tell gets why the choice was made twice
 */
export async function openWorker(choose: () => Promise<EngineName>, kill: AbortSignal, tell: (message: string) => void): Promise<OpenWorker> {
  const first = await choose();
  try {
    return await open(first, kill);
  } catch (error) {
    if (!(error instanceof WorkerError) || kill.aborted) throw error;
    tell(`engine ${first} worked here before and does not open now (${error.message}); trying again`);
    forgetVerdict(first);
    return open(await choose(), kill);
  }
}

async function open(engine: EngineName, kill: AbortSignal): Promise<OpenWorker> {
  const worker = new WorkerProcess();
  const onKill = (): void => worker.kill();
  kill.addEventListener('abort', onKill);
  try {
    return { engine, worker, machine: await worker.open(engine) };
  } catch (error) {
    worker.kill();
    throw error;
  } finally {
    kill.removeEventListener('abort', onKill);
  }
}
