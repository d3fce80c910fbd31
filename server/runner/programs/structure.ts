import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { isProgram, type ProgramTraining } from '../../sweep/settings.ts';

/** An arm that a user's program trains. */
export type ProgramArm = Arm & { training: ProgramTraining };

export function isProgramArm(arm: Arm): arm is ProgramArm {
  return isProgram(arm.training);
}

/** In batches: a fork comes after so many, at most. */
const FORK_AT = 20;

/** The batch of the fork; 0 where runs are too short for one. */
export function forkOf({ training }: Pick<Arm, 'training'>): number {
  return Math.min(FORK_AT, Math.floor(training.batches / 2));
}

/**
 * Equal for arms of which one stands for the others. Of the settings those that are swept as numbers do not count: they
 * change how much is computed of what, and not what has to be saved.
 */
export function structureOf(arm: ProgramArm): string {
  const { program, batches: _, evalEvery: _e, ...training } = arm.training;
  const { env, gpus, resident, parameters } = program;
  const structure = withoutSweptNumbers({ loss: arm.loss, training }, arm.swept);
  return toCanonicalJson({ structure, program: { env, gpus, resident, parameters }, fork: forkOf(arm) });
}

function withoutSweptNumbers(settings: object, swept: Record<string, ParamValue>): unknown {
  const names = new Set(Object.keys(swept).filter((name) => typeof swept[name] === 'number'));
  const without = (value: unknown, path: string): unknown => {
    if (names.has(path)) return 'a number';
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, without(inner, path === '' ? name : `${path}.${name}`)]),
    );
  };
  return without(settings, '');
}
