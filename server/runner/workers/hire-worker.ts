import type { EngineName } from '../../training/engine.ts';
import type { SweepOptions } from '../run-options.ts';
import type { Trainer } from './trainer.ts';
import { WorkerProcess } from './worker-process.ts';

/** Starts a worker. @param seat that it takes, counted from 0 */
export function hireWorker(
  engine: EngineName,
  { device, patience, logs }: Pick<SweepOptions, 'device' | 'patience' | 'logs'>,
  seat: number,
): Trainer {
  return new WorkerProcess(engine, device, patience, logs.worker(seat));
}
