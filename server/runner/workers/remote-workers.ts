import type { NotedWorker, NotedWorkers, WaitingSeed } from '../../store/training/note-workers.ts';
import type { Machine } from '../../store/training/run-state.ts';
import type { BitClass } from '../../store/training/same-bits.ts';
import type { ProgramSettings } from '../../sweep/settings.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { RunnerEvent } from '../events.ts';
import type { Subject } from '../programs/subject.ts';
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
  /**
   * Sends them home, and leaves nothing with the broker. To be called before another process can have the lease, since
   * that may have the same queues; more than once does no harm.
   *
   * @param reason a sentence; null where all is done
   * @param isReplaced another process has taken the lease over: whatever is in the queues may be its own
   */
  close(reason: string | null, options?: { isReplaced?: boolean }): Promise<void>;
}

/** A sweep as workers on other machines have to know it. */
export interface RemoteSweep {
  /** Its id in the database. */
  sweepId: number;
  engine: string;
  /** What each of them signs before it trains. */
  structures: readonly SignedStructure[];
  /** The class of bits of one with these signatures, in the order of the structures; of a program there is one. */
  classOf(machine: Machine, signatures: readonly (string | null)[]): BitClass;
  /** Where a user's program trains; null: one of Cosweep's own networks. */
  program: RemoteProgram | null;
  /** One of them has found that the program is not exact, which is said with every table. @param found how */
  noteInexact(found: string): Promise<void>;
  tell: (event: RunnerEvent) => void;
}

/** A user's program as it is brought to other machines. */
export interface RemoteProgram {
  /** The copy of its files on this machine. */
  copy: string;
  asked: ProgramAsked;
}

/** What a worker on another machine has to know of a user's program besides its files. */
export interface ProgramAsked {
  /** Its sweep, in words. */
  sweep: string;
  settings: ProgramSettings;
  /** The folder of the definition, which other machines may have too. */
  folder: string;
  /** Of what it trains on, which has to be the same everywhere. */
  dataFingerprint: string;
  /** What it is checked by before it trains; none where its runs share nothing. */
  subjects: Subject[];
  /** Any arm of its sweep, by which it is asked what it runs on. */
  first: Pick<Subject, 'arm' | 'seed'>;
}

/** Who trains: left out, workers of this machine. */
export interface Elsewhere {
  remote?: RemoteWorkers;
}
