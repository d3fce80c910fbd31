import type { Arm } from '../arm.ts';
import type { Metric } from '../metrics.ts';
import { shownParameters } from '../shown-parameters.ts';

/** Words of a run that are numbers, besides parameters. */
export const NUMBERS = ['seed', 'seconds', 'batch', 'batches'] as const;

/** Words of a run that are texts. A text that a run does not have is empty. */
export const TEXTS = ['state', 'engine', 'device', 'error', 'note', 'run', 'ablation'] as const;

/** Words that are true or false by themselves. */
export const FLAGS = [
  'waiting',
  'running',
  'complete',
  'failed',
  'diverged',
  'cancelled',
  'control',
  'starred',
  'reused',
  'dead',
] as const;

export const STATES = ['waiting', 'running', 'complete', 'failed', 'diverged', 'cancelled'] as const;

/** What is asked of a metric: its value at the end, its best, and the difference to the control of the same seed. */
export const OF_METRICS = ['last', 'best', 'delta'] as const;

/** Words that are neither: `arm` is an index or a name, and a run has several tags. */
export const OTHERS = ['arm', 'tag'] as const;

export type NumberWord = (typeof NUMBERS)[number];
export type TextWord = (typeof TEXTS)[number];
export type FlagWord = (typeof FLAGS)[number];
export type OfMetric = (typeof OF_METRICS)[number];

/** What a filter of the runs of a sweep may name. */
export interface FilterVocabulary {
  /** Parameters by their canonical names, and what their values are. */
  parameters: Readonly<Record<string, 'number' | 'text'>>;
  /** The metrics that the sweep names itself. */
  own: readonly Metric[];
}

export function filterVocabulary(arms: readonly Arm[], own: readonly Metric[] = []): FilterVocabulary {
  const parameters: Record<string, 'number' | 'text'> = {};
  for (const arm of arms)
    for (const [name, value] of Object.entries(shownParameters(arm)))
      if (typeof value === 'string' || typeof value === 'boolean') parameters[name] = 'text';
      else parameters[name] ??= 'number';
  return { parameters, own };
}
