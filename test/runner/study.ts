import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What a small study may choose; everything else is the same for all. */
export interface Study {
  name?: string;
  beta?: number[];
  /** In batches, of 120. */
  N?: number[];
  learningRate?: number[];
  seeds?: number | number[];
}

export const BATCHES = 120;

/** A definition that takes seconds: a small network on few images, with everything that draws at random switched on. */
export function definition({
  name = 'study',
  beta = [0.3],
  N = [0, 60],
  learningRate = [0.02],
  seeds = 2,
}: Study = {}): object {
  return {
    name,
    method: 'grid',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    parameters: {
      alpha: { value: 0.5 },
      beta: { values: beta },
      epsilon: { value: 0.02 },
      N: { values: N },
      'training.optimizer.learningRate': { values: learningRate },
    },
    seeds,
    training: {
      dataset: { name: 'glyphs', train: 400, validation: 80, augment: { shift: 1 } },
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
