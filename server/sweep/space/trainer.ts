/** Who trains the runs of a definition: Cosweep its own networks, a user's program, or somebody elsewhere before. */
export type Trainer = 'cosweep' | 'program' | 'elsewhere';

/** As a definition says it, whatever else is wrong with it. */
export function trainerOf({ training }: Record<string, unknown>): Trainer {
  if (typeof training !== 'object' || training === null) return 'cosweep';
  return 'program' in training ? 'program' : 'imported' in training ? 'elsewhere' : 'cosweep';
}
