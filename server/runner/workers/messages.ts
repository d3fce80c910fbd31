import type { Evaluation } from '../../training/evaluate.ts';
import type { EngineName } from '../../training/engine.ts';
import type { FitResult } from '../../training/fit.ts';
import type { RunSettings } from '../../training/network.ts';
import type { Series } from '../../training/curve-buffer.ts';
import type { DatasetSettings } from '../../sweep/settings.ts';

/** What the main process and a worker say to each other. Typed arrays travel as they are (structured clone). */

/** A stage for a worker to train. */
export interface StageOrder {
  settings: RunSettings;
  /** Every ε that is trained along. */
  epsilons: number[];
  /** For how many ε the step is compiled, at least as many as it carries. */
  places: number;
  seed: number;
  /** Batches [from, to) are recorded; what lies between the checkpoint and `from` is trained without being recorded. */
  from: number;
  to: number;
  dataset: DatasetSettings;
  /** Where the data set's relative paths start. */
  baseFolder: string;
  /** Of the data that is to be trained on: nothing else may be stored as trained on it. */
  fingerprint: string;
  /** The checkpoint to continue from; null for batch 0. */
  start: OrderedStart | null;
}

export interface OrderedStart {
  /** SHA-256 of its bytes; null where nobody knows it yet. */
  hash: string | null;
  /** Encoded; null where the worker has it from the order before. */
  bytes: Uint8Array | null;
}

/** A segment of `fit` with its checkpoint as bytes. */
export interface SegmentReport {
  from: number;
  to: number;
  points: Series[];
  evaluations: Evaluation[];
  checkpoint: { batch: number; bytes: Uint8Array } | null;
  seconds: { training: number; evaluation: number };
  result: FitResult | null;
}

/** What a run is trained with, known once its data is loaded. */
export interface Loaded {
  classes: string[];
  evaluated: { val: number; test: number };
}

export type ToWorker =
  | { kind: 'open'; engine: EngineName; device: string | null }
  | { kind: 'train'; order: StageOrder }
  /** Stop at the next reading of losses, with a checkpoint. */
  | { kind: 'stop' };

export type FromWorker =
  | { kind: 'ready'; device: string; versions: Record<string, string> }
  | { kind: 'loaded'; loaded: Loaded }
  | { kind: 'progress'; batch: number }
  | { kind: 'segment'; segment: SegmentReport }
  /** @param ends the process cannot go on and ends now */
  | { kind: 'failed'; message: string; ends: boolean };
