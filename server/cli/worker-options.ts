import type { EngineName } from '../training/engine.ts';

/** What `cosweep worker` is asked. */
export interface WorkerOptions {
  join: string;
  engine: EngineName | 'auto';
  device?: string;
  sbatch?: true;
  slots: number | 'auto';
  perDevice?: number;
  /** In milliseconds. */
  for?: number;
  idle: number;
}
