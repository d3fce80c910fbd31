import type { Hire } from '../../runner/workers/hire-worker.ts';
import type { Sign } from '../../runner/workers/measure-bits.ts';
import type { Patience } from '../../runner/patience.ts';
import type { BlobCache } from '../blobs/blob-cache.ts';
import type { SentProgram } from '../messages/bodies.ts';

/** Where stages of a sweep can be trained on this machine. */
export interface Places {
  /** How many stages are trained at the same time. */
  seats: number;
  hire: Hire;
  /** The card of a seat; null where there is one device, or none of its own. */
  cardOf: (seat: number) => string | null;
  sign: Sign;
  /** How a user's program is not exact here; null where it is, or where that was not asked. */
  inexact: string | null;
}

/** What a sweep is to be trained on, as the head says it. */
export interface Wanted {
  engine: string;
  /** A user's own, where one trains. */
  program: SentProgram | null;
}

/** What a worker has for a sweep. */
export interface Here {
  cache: BlobCache;
  /** Of this sweep alone: what is at work for it is below. */
  folder: string;
  /** Aborted: the sweep has ended. */
  ended: AbortSignal;
}

/** How much of this machine a worker may use. */
export interface Share {
  /** As `--device` says it; null chooses. */
  device: string | null;
  slots: number | 'auto';
  perDevice: number | undefined;
  /** With the processes that train. */
  patience: Patience;
  say: (sentence: string) => void;
}
