import type { Layer } from './layers.ts';
import type { LossParameter } from './parameter-names.ts';

/**
 * The resolved settings of an arm: those of its definition, with the swept keys assigned and defaults filled in.
 * Everything that trains, stores or reports reads these types; only a `Resolver` makes them.
 */

export type Truncation = 'batch' | 'sample' | 'class' | 'none';
export type Distance = 'cosine' | 'angle' | 'euclidean';
export type CenterUpdate = 'cumulative' | 'ema' | 'wen' | 'batch';
export type CenterSpace = 'unit' | 'raw';
export type CenterOrder = 'updateThenLoss' | 'lossThenUpdate';
export type CrossEntropyHead = 'linear' | 'cosine';

export interface LossSettings {
  /** Scale s of the cosine logits. */
  s: number;
  /** Additive margin m of AM-Softmax. */
  m: number;
  truncation: Truncation;
  distance: Distance;
  centerUpdate: CenterUpdate;
  /** ρ of `ema`, η of `wen`; unused by the other rules. */
  centerRate: number;
  centerSpace: CenterSpace;
  centerOrder: CenterOrder;
  crossEntropyHead: CrossEntropyHead;
}

export interface AugmentSettings {
  /** Largest shift in pixels, in either direction; 0 is off. */
  shift: number;
  /** Mirror left to right with probability ½. */
  flip: boolean;
  /** Pad by this many pixels, then cut a random window of the original size; 0 is off. */
  crop: number;
  /** Side of the square that is blanked out, in pixels; 0 is off. */
  cutout: number;
}

/** Settings that every data set understands, whatever its source. */
export interface DatasetCommon {
  /** A count (≥ 1) or a share (0 to 1, exclusive) of the training part that becomes the validation part. */
  validation: number;
  /** Seed of the split. `"seed"` stands for the run's own seed: every seed has another split. */
  splitSeed: number | 'seed';
  augment: AugmentSettings;
  /** Keep this many training images, stratified, after the split; null keeps all. */
  limit: number | null;
}

export type NamedDataset = 'mnist' | 'fashion-mnist' | 'kmnist' | 'cifar10' | 'cifar100';

export interface GlyphsSource {
  name: 'glyphs';
  classes: number;
  train: number;
  seed: number;
}
export interface NamedSource {
  name: NamedDataset;
  folder: string | null;
}
export interface IdxSource {
  name: 'idx';
  images: string;
  labels: string;
  validationImages: string | null;
  validationLabels: string | null;
  testImages: string | null;
  testLabels: string | null;
}
export interface CsvSource {
  name: 'csv';
  file: string;
  /** Column name or index of the label. */
  label: string | number;
  /** [height, width, channels] */
  shape: [number, number, number];
  /** Pixel values are multiplied by this. */
  scale: number;
}
export interface ImagesSource {
  name: 'images';
  folder: string;
  size: number;
  channels: 1 | 3;
}

export type DatasetSettings = DatasetCommon & (GlyphsSource | NamedSource | IdxSource | CsvSource | ImagesSource);

export const MODEL_NAMES = ['mlp', 'cnn-small', 'cnn', 'resnet8', 'resnet18', 'resnet20'] as const;

export type ModelName = (typeof MODEL_NAMES)[number];

interface ModelCommon {
  /** Width of the embedding, the input of the last linear layer. */
  embedding: number;
  /** Share of activations dropped before the embedding; 0 is off. */
  dropout: number;
  /** The file of the weights to start from, relative to the definition. */
  weights?: string;
  /** Layers, or groups of them, that are drawn although there is such a file. */
  fresh?: readonly string[];
  /** Layers, or groups of them, that are not trained. */
  freeze?: readonly string[];
}

/** A network by its name, or layer by layer. */
export type ModelSettings = ModelCommon &
  ({ name: ModelName; layers?: undefined } | { name?: undefined; layers: readonly Layer[] });

export interface OptimizerSettings {
  name: 'sgd' | 'momentum' | 'adam' | 'adamw';
  learningRate: number;
  momentum: number;
  nesterov: boolean;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  schedule: 'constant' | 'step' | 'cosine';
  /** Batches of linear warm-up. */
  warmup: number;
  /** Batches at which `step` multiplies the learning rate by `decay`. */
  steps: number[];
  decay: number;
  /** Largest norm of the whole gradient; null is off. */
  clipNorm: number | null;
}

/** Of a network of Cosweep's own. */
export interface OwnTraining {
  dataset: DatasetSettings;
  model: ModelSettings;
  optimizer: OptimizerSettings;
  batchSize: number;
  /** Optimiser steps of the whole run (`epochs` of a definition are already converted). */
  batches: number;
  /** Optimiser steps between evaluations. */
  evalEvery: number;
}

/** How a user's own program is started and what it can do; `docs/programs.md` says what each is for. */
export interface ProgramSettings {
  /** Program and arguments; nothing of them is passed to a shell. A list stands for arguments that may be left out. */
  command: readonly (string | readonly string[])[];
  /** Patterns of files that belong to the program, relative to the definition. */
  files: readonly string[];
  /** Files whose contents are what it trains on, relative to the definition. */
  data: readonly string[];
  /** In the place of `data`: a text that changes with the data. */
  dataVersion: string | null;
  /** Where it reports: lines of `out.jsonl`, or `name=value` on stdout. */
  metrics: 'file' | 'stdout';
  /** Names on stdout → names of metrics. */
  names: Readonly<Record<string, string>>;
  /** It saves and loads checkpoints, so that runs can share stages. */
  fork: boolean;
  /** It trains one stage after the other, as folders come on stdin. */
  resident: boolean;
  /** False: what it trains after a fork need not be what it would have trained without one. */
  exact: boolean;
  /** Devices that one process gets. */
  gpus: number;
  /** In seconds: so long it may report nothing. */
  timeout: number;
  /** In seconds: so long it may take to save and end when it is asked to stop. */
  grace: number;
  /** Names of further environment variables that it gets. */
  env: readonly string[];
  /** Those of the five numbers that the definition declares: the others do not exist for it. */
  parameters: readonly LossParameter[];
}

/** Of a user's own program. Every other key is the program's own, and is handed over as it is. */
export interface ProgramTraining {
  readonly program: ProgramSettings;
  /** Optimiser steps of the whole run. */
  readonly batches: number;
  /** Optimiser steps between evaluations. */
  readonly evalEvery: number;
  readonly [own: string]: unknown;
}

/** Where results came from that nobody trains here; `docs/import.md` says what each source is. */
export interface ImportSettings {
  from: ImportSource;
  /** Absolute path of the file or folder. */
  path: string;
  /** SHA-256 of what was read. */
  hash: string;
  /** Those of the five numbers that the results name: the others do not exist for them. */
  parameters: readonly LossParameter[];
}

export const IMPORT_SOURCES = ['csv', 'tensorboard', 'wandb', 'optuna'] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];

/** Of runs that were trained elsewhere. Every other key is a setting that the results name. */
export interface ImportedTraining {
  readonly imported: ImportSettings;
  /** The last batch of the longest run. */
  readonly batches: number;
  readonly evalEvery: number;
  readonly [own: string]: unknown;
}

/** Of what is not a network of Cosweep's own: of the five numbers only the declared ones exist. */
export type OthersTraining = ProgramTraining | ImportedTraining;

export type TrainingSettings = OwnTraining | OthersTraining;

export function isProgram(training: TrainingSettings): training is ProgramTraining {
  return 'program' in training;
}

export function isImported(training: TrainingSettings): training is ImportedTraining {
  return 'imported' in training;
}

export function isOthers(training: TrainingSettings): training is OthersTraining {
  return isProgram(training) || isImported(training);
}

/** Those of the five numbers that exist for whoever trained. */
export function declaredNumbers(training: OthersTraining): readonly LossParameter[] {
  return isProgram(training) ? training.program.parameters : training.imported.parameters;
}

/** The training settings of a network of Cosweep's own, where nothing else can be met. */
export function ownTraining(training: TrainingSettings): OwnTraining {
  if (!isOthers(training)) return training;
  throw new Error('Found the settings of a program or of results from elsewhere, wanted those of a network');
}
