import type { Machine } from '../../store/training/run-state.ts';
import type { EngineName } from '../../training/engine.ts';
import { WorkerProcess } from './worker-process.ts';

/** A worker process that is opening its engine or has done so. */
export interface HiredWorker {
  process: WorkerProcess;
  opened: Promise<Machine>;
}

/**
 * Starts a worker. It opens its engine by itself, which takes about a second, while whoever hired it goes on.
 *
 * @param device of the engine; null leaves it to it
 */
export function hireWorker(engine: EngineName, device: string | null): HiredWorker {
  const process = new WorkerProcess();
  const opened = process.open(engine, device);
  opened.catch(() => {}); // whoever gives it work hears of it
  return { process, opened };
}
