import type { Evaluation } from '../../training/evaluate.ts';
import type { EngineName } from '../../training/engine.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { FitResult } from '../../training/fit-task.ts';
import type { RunSettings } from '../../training/network.ts';
import type { Series } from '../../training/curve-buffer.ts';
import type { ProcessUsage } from '../../store/training/add-usage.ts';
import type { CheckpointRef } from '../../store/reading/read-checkpoints.ts';
import type { DatasetSettings } from '../../sweep/settings.ts';
import type { CheckpointFolder } from '../checkpoints/pack-checkpoint.ts';
import type { Content, SentCheckpoint } from '../checkpoints/sent-checkpoint.ts';

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
  start: Start | null;
  /** Where its checkpoints are, and go unless they are small. */
  checkpoints: CheckpointFolder;
}

/** The state to train from. */
export interface Start extends CheckpointRef {
  /** null where whoever trains holds it. */
  content: Content | null;
}

/** A segment of `fit` with its checkpoint as it is sent. */
export interface SegmentReport {
  from: number;
  to: number;
  points: Series[];
  evaluations: Evaluation[];
  checkpoint: SentCheckpoint | null;
  seconds: { training: number; evaluation: number };
  /** What its process used for it; null where that is not known. */
  usage: ProcessUsage | null;
  result: FitResult | null;
}

/** What a run is trained with, known once its data is loaded. */
export interface Loaded {
  classes: string[];
  evaluated: { val: number; test: number };
}

export type ToWorker =
  | { kind: 'open'; engine: EngineName; device: string | null }
  | { kind: 'sign'; structures: readonly SignedStructure[] }
  | { kind: 'train'; order: StageOrder }
  /** Stop at the next reading of losses, with a checkpoint. */
  | { kind: 'stop' };

export type FromWorker =
  | { kind: 'ready'; device: string; versions: Record<string, string> }
  | { kind: 'signed'; signatures: (string | null)[] }
  | { kind: 'loaded'; loaded: Loaded }
  | { kind: 'progress'; batch: number }
  /** It evaluates, and has come further with it. */
  | { kind: 'alive' }
  | { kind: 'segment'; segment: SegmentReport }
  /**
   * `ends`: the process cannot go on and ends now. `outside`: it is not the stage's fault, and others would meet it too
   * (a full disk).
   */
  | { kind: 'failed'; message: string; ends: boolean; outside: boolean };
