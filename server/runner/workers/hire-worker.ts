import type { EngineName } from '../../training/engine.ts';
import type { SweepOptions } from '../run-options.ts';
import type { ProgramPlace } from './messages.ts';
import type { Trainer } from './trainer.ts';
import { WorkerProcess, type Workplace } from './worker-process.ts';

/** Starts a trainer in a seat, counted from 0. */
export type Hire = (seat: number) => Trainer;

/** Starts workers on an engine of this machine. */
export function hireOn(
  engine: EngineName,
  { device, patience, logs }: Pick<SweepOptions, 'device' | 'patience' | 'logs'>,
): Hire {
  return (seat) => new WorkerProcess(onEngine(engine, device), patience, logs.worker(seat));
}

/** @param device of the engine; null leaves it to it */
export function onEngine(engine: EngineName, device: string | null = null): Workplace {
  return {
    program: 'runner/workers/worker',
    name: engine,
    opening: { kind: 'open', engine, device },
    keepsCheckpoints: true,
  };
}

/** Starts workers that have a user's program train. @param engine its name, `program:…` */
export function hireForProgram(
  engine: string,
  placeOf: (seat: number) => ProgramPlace,
  { patience, logs }: Pick<SweepOptions, 'patience' | 'logs'>,
): Hire {
  return (seat) => new WorkerProcess(onProgram(engine, placeOf(seat)), patience, logs.worker(seat));
}

/** @param engine its name, `program:…` */
export function onProgram(engine: string, place: ProgramPlace): Workplace {
  return {
    program: 'runner/workers/program-worker',
    name: engine,
    opening: { kind: 'openProgram', place },
    keepsCheckpoints: false,
  };
}
