import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a small sweep of a program may choose. */
export interface ProgramStudy {
  name?: string;
  /** Of the fixtures. */
  script?: 'trainer.mjs' | 'plain.mjs';
  beta?: number[];
  N?: number[];
  seeds?: number;
  /** Keys of `training.program`. */
  program?: object;
  /** Further keys of `training`. */
  training?: object;
}

export const BATCHES = 40;

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/programs/${name}`, import.meta.url));

/** Writes a definition and its program. @returns the path of the definition */
export function writeProgramStudy(
  folder: string,
  { name = 'study', script = 'trainer.mjs', beta = [0.2], N = [20], seeds = 2, program, training }: ProgramStudy = {},
): string {
  mkdirSync(folder, { recursive: true });
  copyFileSync(fixture(script), join(folder, script));
  const definition = {
    name,
    parameters: {
      alpha: { value: 0.5 },
      beta: { values: beta },
      gamma: { value: 1 },
      epsilon: { value: 0.02 },
      N: { values: N },
    },
    seeds,
    training: {
      program: { command: [process.execPath, script], files: [script], fork: true, ...program },
      batches: BATCHES,
      evalEvery: 10,
      ...training,
    },
  };
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(definition));
  return file;
}

/** Two programs at work, and what trunks end with is kept, to be compared. */
export function runProgramArgs(file: string, ...more: string[]): string[] {
  return ['run', file, '--workers', '2', '--keep-checkpoints', ...more];
}
