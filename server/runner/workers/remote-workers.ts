import { sweepName } from '../../store/database/ids.ts';
import type { NotedWorker, NotedWorkers, WaitingSeed } from '../../store/training/note-workers.ts';
import type { Machine } from '../../store/training/run-state.ts';
import type { BitClass } from '../../store/training/same-bits.ts';
import { isProgramEngine } from '../../sweep/program-engine.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { RunnerEvent } from '../events.ts';
import type { Seating } from './seat.ts';

export type { NotedWorker, NotedWorkers, WaitingSeed };

/** Workers on other machines. `server/remote` implements it; this room knows nothing else of them. */
export interface RemoteWorkers {
  /** The name of which all files are temporary ones that they bring here. */
  readonly temporaries: string;
  /** This process has the lease, and trains. @param term the lease's token */
  begin(term: number): void;
  /**
   * Waits until somebody is there.
   *
   * @param wanted the engine that is asked for; `auto`: the first one decides
   * @returns the engine that all of them will train on; null where it was ended
   */
  engine(wanted: string, ended: AbortSignal): Promise<string | null>;
  /**
   * The classes of bits of those who are there, once some time has passed in which all of them could come.
   *
   * @returns none where it was ended
   */
  gather(sweep: RemoteSweep, ended: AbortSignal): Promise<BitClass[]>;
  /** The seats of a sweep: there is one wherever one of them can train a stage. */
  seating(sweep: RemoteSweep): Seating;
  /** Who is there now, and who was until a short time ago; times are by `steadyNow`. */
  present(): NotedWorkers;
}

/** A sweep as workers on other machines have to know it. */
export interface RemoteSweep {
  /** Its id in the database. */
  sweepId: number;
  engine: string;
  /** What each of them signs before it trains. */
  structures: readonly SignedStructure[];
  /** The class of bits of one with these signatures, in the order of the structures. */
  classOf(machine: Machine, signatures: readonly (string | null)[]): BitClass;
  tell: (event: RunnerEvent) => void;
}

/** Who trains: left out, workers of this machine. */
export interface Elsewhere {
  remote?: RemoteWorkers;
}

/** A program is trained on this machine alone. @param engine of the sweep, where one is known */
export function refuseProgram(engine: string | null, sweepId: number): void {
  if (!isProgramEngine(engine)) return;
  throw new UserError(
    `Cannot train ${sweepName(sweepId)} on other machines: its definition names a program, which is trained on ` +
      'this machine alone; wanted: cosweep run without --listen and --url (cosweep split shares it among machines)',
  );
}
