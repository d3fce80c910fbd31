import { effectiveSettings, runKey, stageKey, type EffectiveSettings } from '../sweep/effective.ts';
import { buildStageTree, canFork, stagePaths, type StageNode } from '../sweep/stage-tree.ts';
import type { Arm } from '../sweep/arm.ts';
import {
  isOthers,
  isProgram,
  ownTraining,
  type DatasetSettings,
  type ProgramTraining,
  type TrainingSettings,
} from '../sweep/settings.ts';
import type { RunIdentity, StageIdentity } from '../store/training/identify-runs.ts';
import { shownParameters } from '../sweep/shown-parameters.ts';
import { passingKey } from '../store/training/split-stage.ts';
import { loadDataset } from '../training/datasets/load.ts';
import type { Dataset } from '../training/dataset.ts';
import { fingerprintData } from './programs/data-fingerprint.ts';
import type { SignedStructure } from '../training/signature.ts';
import { hashStart, startsFromFile } from '../training/weights/start-weights.ts';

/** The fingerprint of what is trained on, as it is on the disk. */
export type Fingerprints = (training: TrainingSettings) => string;

/** What a sweep is trained on. */
export interface Data {
  fingerprintOf: Fingerprints;
  /** SHA-256 of the file of weights that it starts from; null where they are drawn. */
  weightsOf: (training: TrainingSettings) => string | null;
  /** What decides the shapes that a network of it has. */
  imagesOf: (dataset: DatasetSettings) => Pick<SignedStructure, 'shape' | 'classes'>;
}

/**
 * Reads each data set of a sweep once. That also finds everything that is wrong with it, before anything trains.
 *
 * @param folder where relative paths start
 */
export async function readData(
  arms: Arm[],
  seed: number,
  folder: string,
  log: (message: string) => void,
): Promise<Data> {
  const found = new Map<string, Pick<Dataset, 'fingerprint' | 'shape' | 'classes'>>();
  // All arms have one program.
  const theirs = arms.find(({ training }) => isProgram(training))?.training as ProgramTraining | undefined;
  const fingerprint = theirs ? await fingerprintData(theirs.program, folder) : null;
  for (const { training } of theirs ? [] : arms) {
    const { dataset } = ownTraining(training);
    const source = JSON.stringify(dataset);
    if (found.has(source)) continue;
    const read = await loadDataset(dataset, { baseFolder: folder, seed, log });
    found.set(source, { fingerprint: read.fingerprint, shape: read.shape, classes: read.classes });
  }
  const of = (dataset: DatasetSettings) => found.get(JSON.stringify(dataset))!;
  const imagesOf: Data['imagesOf'] = (dataset) => ({ shape: of(dataset).shape, classes: of(dataset).classes.length });
  const starts = await readStarts(theirs ? [] : arms, imagesOf, folder);
  return {
    fingerprintOf: (training) => fingerprint ?? of(ownTraining(training).dataset).fingerprint,
    weightsOf: (training) => (isOthers(training) ? null : (starts.get(training.model.weights ?? '') ?? null)),
    imagesOf,
  };
}

/** The hash of each file of weights, by its path as the definition has it. */
async function readStarts(arms: Arm[], imagesOf: Data['imagesOf'], folder: string): Promise<Map<string, string>> {
  const starts = new Map<string, string>();
  const seen = new Set<string>();
  for (const { training } of arms) {
    const { model, dataset } = ownTraining(training);
    const use = JSON.stringify([model, dataset]);
    if (!startsFromFile(model) || seen.has(use)) continue;
    seen.add(use);
    starts.set(model.weights, await hashStart(model, imagesOf(dataset), folder));
  }
  return starts;
}

/** Names what every run of a sweep computes: arm, seed, data, weights to start from and engine. */
export function identifyAll(
  arms: Arm[],
  runs: { arm: number; seed: number }[],
  engine: string,
  share: boolean,
  { fingerprintOf, weightsOf }: Pick<Data, 'fingerprintOf' | 'weightsOf'>,
): RunIdentity[] {
  const identities: RunIdentity[] = [];
  const paths = pathsOf(arms, share);
  // Runs that were computed without sharing have keys of their own, so that both ways can be compared side by side.
  const computedBy = (arm: Arm): string => (share && canFork(arm) ? engine : `${engine}+no-share`);
  for (const { arm: index, seed } of runs) {
    const arm = arms[index]!;
    const dataFingerprint = fingerprintOf(arm.training);
    const effective = startingFrom(weightsOf(arm.training), effectiveSettings(arm));
    const toStage = ({ from, to, beta, epsilon }: StageSpan): StageIdentity => ({
      key: stageKey(effective, to, seed, dataFingerprint, computedBy(arm)),
      from,
      to,
      params: { ...shownParameters(arm), beta, epsilon, N: beta > 0 ? arm.N : null },
    });
    identities.push({
      arm: index,
      seed,
      key: runKey(effective, seed, dataFingerprint, computedBy(arm)),
      start: stageKey(effective, 0, seed, dataFingerprint, computedBy(arm)),
      engine,
      dataFingerprint,
      stages: paths.get(index)!.map(toStage),
    });
  }
  if (share) keepTogether(arms, identities);
  return identities;
}

/** What a file of weights holds counts, and not where it is. */
function startingFrom(hash: string | null, effective: EffectiveSettings): EffectiveSettings {
  if (hash === null) return effective;
  const training = ownTraining(effective.training);
  return { ...effective, training: { ...training, model: { ...training.model, weights: hash } } };
}

/**
 * Runs that differ in ε alone begin their last stage together, and stay together until a test separates them; a user's
 * program knows of one ε only. Such a stage has a key that no other run will ask for, since it carries the ε that were
 * asked for when it began.
 */
function keepTogether(arms: Arm[], identities: RunIdentity[]): void {
  const groups = new Map<string, StageIdentity[]>();
  for (const { arm, seed, dataFingerprint, stages } of identities) {
    const effective = effectiveSettings(arms[arm]!);
    if (effective.epsilon === null || isProgram(effective.training)) continue;
    const key = JSON.stringify([{ ...effective, epsilon: null }, seed, dataFingerprint]);
    const last = stages.at(-1)!;
    const group = groups.get(key);
    if (group) group.push(last);
    else groups.set(key, [last]);
  }
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const key = passingKey();
    for (const stage of group) Object.assign(stage, { key, params: { ...stage.params, epsilon: null } });
  }
}

type StageSpan = Pick<StageNode, 'from' | 'to' | 'beta' | 'epsilon'>;

/** The stages of every arm. Without sharing each arm is one stage from batch 0 to its end. */
function pathsOf(arms: Arm[], share: boolean): Map<number, StageSpan[]> {
  if (share) return stagePaths(buildStageTree(arms));
  return new Map(
    arms.map((arm) => {
      const { beta, epsilon } = effectiveSettings(arm);
      return [arm.index, [{ from: 0, to: arm.training.batches, beta, epsilon }]];
    }),
  );
}
