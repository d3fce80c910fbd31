/**
 * Which runs of a sweep keep their final weights once it is complete: all of them, none, or of each arm the run that is
 * best by the sweep's own metric.
 */
export const KEEP_WEIGHTS = ['none', 'best', 'all'] as const;

export type KeepWeights = (typeof KEEP_WEIGHTS)[number];
