import type { Arm } from '../../sweep/arm.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import { isProgram } from '../../sweep/settings.ts';
import { forkOf, isProgramArm, structureOf, type ProgramArm } from './structure.ts';

/** The program that is checked, by an arm of its sweep. */
export interface Subject {
  /** Its name, `program:…`. */
  engine: string;
  arm: ProgramArm;
  seed: number;
  /** The metric that its sweep decides by. */
  metric: string;
}

/** Of a sweep with more structures than this, the others are trained unchecked. */
const MOST_STRUCTURES = 8;

/**
 * The arms that a program is checked by: of each structure the first one that has the intra-class phase, else its first
 * one. Those with the phase come first.
 */
export function armsToCheck(arms: readonly Arm[]): ProgramArm[] {
  const programs = arms.filter(isProgramArm).filter((arm) => forkOf(arm) > 0);
  const withPhase = programs.filter(hasIntraPhase);
  const ordered = [...withPhase, ...programs.filter((arm) => !hasIntraPhase(arm))];
  const first = new Map<string, ProgramArm>();
  for (const arm of ordered) {
    const structure = structureOf(arm);
    if (!first.has(structure)) first.set(structure, arm);
  }
  return [...first.values()].slice(0, MOST_STRUCTURES);
}

/** What the forks of a sweep's program are checked by; nothing where it does not fork, or shares nothing. */
export function subjectsOf({ armList, plan, metric, share }: SharedSweep, engine: string): Subject[] {
  const { training } = armList[0]!;
  if (!isProgram(training) || !training.program.fork || !share) return [];
  return armsToCheck(armList).map((arm) => ({ engine, arm, seed: plan.seeds[0]!, metric: metric.name }));
}

interface SharedSweep {
  armList: readonly Arm[];
  plan: { seeds: readonly number[] };
  metric: { name: string };
  /** Whether its runs share stages. */
  share: boolean;
}
