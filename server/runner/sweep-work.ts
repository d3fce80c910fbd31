import type { BitClass } from '../store/training/same-bits.ts';
import type { Lease } from '../store/database/lease.ts';
import type { Storage } from '../store/database/storage.ts';
import type { RunTask } from '../store/training/identify-runs.ts';
import type { Arm } from '../sweep/arm.ts';
import type { RunnerEvent } from './events.ts';
import type { Data } from './identify.ts';
import type { Logs } from './logs/logs.ts';
import type { Wanted } from './order/trunks-only.ts';
import type { Patience } from './patience.ts';
import type { Seating } from './workers/seat.ts';

/** A sweep that has begun: all that training it takes. */
export interface SweepWork {
  storage: Storage;
  lease: Lease;
  /** Its id in the database. */
  sweepId: number;
  arms: Arm[];
  /** Name of the metric that the sweep decides by. */
  metric: string;
  /** In the order in which they are to be trained; those that are done are left alone. */
  tasks: RunTask[];
  /** Says which stages of the runs are to be trained now. */
  wanted: Wanted;
  /** False: every run is trained by itself. */
  share: boolean;
  /** An engine of this machine, or a user's program as `program:…`. */
  engine: string;
  /** Whether some stages are trained again, on another machine. */
  audit: boolean;
  /** Where it is trained. */
  seating: Seating;
  /** The classes of bits that are known to train it from the beginning. */
  classes: readonly BitClass[];
  patience: Patience;
  logs: Logs;
  /** Where the data sets' relative paths start. */
  folder: string;
  /** The noted name of which all temporary checkpoint files of its workers are. */
  temporaries: string;
  fingerprintOf: Data['fingerprintOf'];
  weightsOf: Data['weightsOf'];
  gitCommit: string | null;
  /** What it is trained in, as it is stored. */
  environmentId: number;
  tell: (event: RunnerEvent) => void;
  /** Aborted: no new stage begins and those in training end with a checkpoint. */
  stopping: AbortSignal;
  /** Aborted: the workers are killed; what they have not committed is trained again another time. */
  killing: AbortSignal;
  /** To be aborted where something failed that all workers meet; `killing` follows. */
  broken: AbortController;
}
