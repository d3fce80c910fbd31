import type { Assignment } from '../arm.ts';

/** What an ablation changes in the arm that it is derived from. Ablations are exempt from γ > α > β. */
export interface Ablation {
  name: string;
  set: Assignment;
}

/** The ablations of the method, each switching one thing off. */
export const ABLATIONS: readonly Ablation[] = [
  { name: 'noIntra', set: { beta: 0 } },
  { name: 'crossEntropyOnly', set: { alpha: 0, beta: 0 } },
  { name: 'interOnly', set: { beta: 0, gamma: 0 } },
  { name: 'noWarmup', set: { N: 0 } },
  { name: 'noTruncation', set: { epsilon: 0 } },
];

const NAMES = new Set(ABLATIONS.map(({ name }) => name));

/** True for an ablation with settings of the user's own: it answers another question than the phase's. */
export function isOwnAblation({ ablation }: { ablation: string | null }): boolean {
  return ablation !== null && !NAMES.has(ablation);
}
