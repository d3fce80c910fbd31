import type { Arm } from '../../sweep/arm.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import { isProgram, type ProgramTraining } from '../../sweep/settings.ts';

/** In batches: a fork comes after so many, at most. */
const FORK_AT = 20;

/** The program that is checked, by an arm of its sweep. */
export interface Subject {
  /** Its name, `program:…`. */
  engine: string;
  arm: Arm & { training: ProgramTraining };
  seed: number;
  /** The metric that its sweep decides by. */
  metric: string;
}

/** The arm that a program is checked by: the first one that has the intra-class phase. */
export function armToCheck(arms: readonly Arm[]): Arm & { training: ProgramTraining } {
  return (arms.find(hasIntraPhase) ?? arms[0]) as Arm & { training: ProgramTraining };
}

/**
 * What the forks of a program are checked by.
 *
 * @returns null where there is nothing to check: it does not fork, or runs are too short for that
 */
export function subjectOf({ arms, ...subject }: Omit<Subject, 'arm'> & { arms: readonly Arm[] }): Subject | null {
  const arm = armToCheck(arms);
  return isProgram(arm.training) && arm.training.program.fork && forkOf(arm) > 0 ? { ...subject, arm } : null;
}

/** The batch of the fork; 0 where runs are too short for one. */
export function forkOf({ training }: Pick<Arm, 'training'>): number {
  return Math.min(FORK_AT, Math.floor(training.batches / 2));
}
