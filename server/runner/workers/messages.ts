import type { Evaluation } from '../../training/evaluate.ts';
import type { EngineName } from '../../training/engine.ts';
import type { OpenedCard } from '../../training/engines/cards/card.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { FitResult } from '../../training/fit-task.ts';
import type { RunSettings } from '../../training/network.ts';
import type { Series } from '../../training/curve-buffer.ts';
import type { ProcessUsage } from '../../store/training/add-usage.ts';
import type { CheckpointRef } from '../../store/reading/read-checkpoints.ts';
import type { Machine } from '../../store/training/run-state.ts';
import type { DatasetSettings, ProgramSettings } from '../../sweep/settings.ts';
import type { Order } from '../programs/stage-folder.ts';
import type { CheckpointFolder } from '../checkpoints/pack-checkpoint.ts';
import type { Content, SentCheckpoint } from '../checkpoints/sent-checkpoint.ts';

/** What the main process and a worker say to each other. Typed arrays travel as they are (structured clone). */

/** A stage for a trainer to train. */
interface AnyOrder {
  /** Its id in the database; left out where nothing of it will be stored. */
  stageId?: number;
  seed: number;
  /** Batches [from, to) are recorded; what lies between the checkpoint and `from` is trained without being recorded. */
  from: number;
  to: number;
  /** The checkpoint to continue from; null for batch 0. */
  start: Start | null;
  /** Where its checkpoints are, and go unless they are small. */
  checkpoints: CheckpointFolder;
}

/** A stage of one of Cosweep's own networks. */
export interface StageOrder extends AnyOrder {
  settings: RunSettings;
  /** Every ε that is trained along. */
  epsilons: number[];
  /** For how many ε the step is compiled, at least as many as it carries. */
  places: number;
  dataset: DatasetSettings;
  /** Where the data set's relative paths start. */
  baseFolder: string;
  /** Of the data that is to be trained on: nothing else may be stored as trained on it. */
  fingerprint: string;
  /** SHA-256 of the file of weights that it starts from; null where they are drawn. */
  weights: string | null;
  /** What came from another machine, and is read instead of what the settings name. */
  brought?: BroughtFiles;
}

/** Files on this machine. */
export interface BroughtFiles {
  /** The data set, packed. */
  dataset?: string;
  weights?: string;
}

/** A stage of a user's own program. */
export interface ProgramOrder extends AnyOrder {
  settings: ProgramSettings;
  /** What its folder is called by: `g7`. */
  stage: string;
  /** Program and arguments, with the values of this stage. */
  command: string[];
  /** What `order.json` says, besides what the trainer knows. */
  order: Omit<Order, 'from' | 'to' | 'saveEverySeconds'>;
  /** How often it is to save; left out where the trainer decides. */
  saveEverySeconds?: number;
  batchesPerEpoch: number | null;
}

/** Where a seat's program runs, and with what. */
export interface ProgramPlace {
  /** The copy of its files. */
  copy: string;
  /** The folder of the definition. */
  folder: string;
  /** Where the folders of its stages are made. */
  stages: string;
  /** Devices that it may use; null leaves them as they are. */
  devices: string[] | null;
  threads: number;
  /** What is said of the device until the program tells it. */
  device: string;
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
  /** What a user's program itself says of that state, by its bits; null where it says nothing. */
  digest?: string | null;
  seconds: { training: number; evaluation: number };
  /** What its process used for it; null where that is not known. */
  usage: ProcessUsage | null;
  result: FitResult | null;
}

/** What a run is trained with, known once its data is loaded. */
export interface Loaded {
  /** null where whoever trains does not say. */
  classes: string[] | null;
  evaluated: { val: number; test: number } | null;
  /** Where it is known only now, and not when the trainer opens. */
  machine?: Machine | null;
  /** Files of a user's program that it has imported, where it says them. */
  modules?: string[];
}

export type ToWorker =
  | { kind: 'open'; engine: EngineName; card: OpenedCard | null }
  | { kind: 'openProgram'; place: ProgramPlace }
  | { kind: 'sign'; structures: readonly SignedStructure[] }
  | { kind: 'train'; order: StageOrder | ProgramOrder }
  /** Stop at the next reading of losses, with a checkpoint. */
  | { kind: 'stop' };

export type FromWorker =
  | { kind: 'ready'; device: string; versions: Record<string, string> }
  | { kind: 'signed'; signatures: (string | null)[] }
  | { kind: 'loaded'; loaded: Loaded }
  | { kind: 'progress'; batch: number }
  /** The user's program has this process id, and is the first of a group; null where it has ended. */
  | { kind: 'program'; pid: number | null }
  /** It evaluates, and has come further with it. */
  | { kind: 'alive' }
  | { kind: 'segment'; segment: SegmentReport }
  /**
   * `ends`: the process cannot go on and ends now. `outside`: it is not the stage's fault, and others would meet it too
   * (a full disk).
   */
  | { kind: 'failed'; message: string; ends: boolean; outside: boolean };
