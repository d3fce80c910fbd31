import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';

/** What a small study may choose; everything else is the same for all. */
export interface Study {
  name?: string;
  beta?: number[];
  epsilon?: number[];
  /** In batches, of 120. */
  N?: number[];
  learningRate?: number[];
  seeds?: number | number[];
  /** Smaller images, on which it takes half as long: for what nobody has to catch in the middle. */
  small?: boolean;
}

export const BATCHES = 120;

interface Images {
  images: string;
  labels: string;
}

const cut = (part: string): string => fileURLToPath(new URL(`../fixtures/mnist-cut/${part}-ubyte.gz`, import.meta.url));

/** 400 images of 28 × 28. */
const CUT: Images = { images: cut('images-idx3'), labels: cut('labels-idx1') };

/** 400 images of 12 × 12. */
const SMALL: Images = {
  images: join(inject('sharedFolder'), 'images'),
  labels: join(inject('sharedFolder'), 'labels'),
};

/** Read, not drawn as glyphs are: each of hundreds of processes needs them, and drawing takes it 0.3 s. */
function imagesOf({ images, labels }: Images): object {
  return {
    name: 'idx',
    images,
    labels,
    testImages: images,
    testLabels: labels,
    validation: 80,
    augment: { shift: 1 },
  };
}

/** A definition that takes seconds: a small network on few images, with everything that draws at random switched on. */
export function definition({
  name = 'study',
  beta = [0.3],
  epsilon,
  N = [0, 60],
  learningRate = [0.02],
  seeds = 2,
  small = false,
}: Study = {}): object {
  return {
    name,
    method: 'grid',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    parameters: {
      alpha: { value: 0.5 },
      beta: { values: beta },
      epsilon: epsilon === undefined ? { value: 0.02 } : { values: epsilon },
      N: { values: N },
      'training.optimizer.learningRate': { values: learningRate },
    },
    seeds,
    training: {
      dataset: imagesOf(small ? SMALL : CUT),
      model: { name: 'mlp', embedding: 8, dropout: 0.1 },
      batchSize: 32,
      batches: BATCHES,
      evalEvery: 30,
    },
  };
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-runner-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a study's definition. @returns its path */
export function writeStudy(folder: string, study: Study = {}): string {
  const file = join(folder, `${study.name ?? 'study'}.json`);
  writeFileSync(file, JSON.stringify(definition(study)));
  return file;
}

/**
 * How these tests train: two workers, on the engine that needs nothing installed; what trunks end with is kept, to be
 * compared.
 */
export function runArgs(file: string, ...more: string[]): string[] {
  return ['run', file, '--engine', 'wasm', '--workers', '2', '--keep-checkpoints', ...more];
}
