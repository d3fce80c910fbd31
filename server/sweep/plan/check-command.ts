import type { Arm } from '../arm.ts';
import { fillCommand, MissingArgument, NullArgument, templateValues } from '../command-template.ts';
import { hasIntraPhase } from '../effective.ts';
import { isProgram } from '../settings.ts';
import { stageParameters } from '../stage-parameters.ts';
import { canFork } from '../stage-tree.ts';
import { PlanMistake } from './plan-limits.ts';

/**
 * Refuses a command that has no text for a value of some arm. The trunk of arms that share stages counts too: N and ε
 * are null in it.
 */
export function checkCommand(arms: readonly Arm[], seed: number): void {
  for (const arm of arms) {
    const { training, N, name } = arm;
    if (!isProgram(training)) return;
    const isForked = canFork(arm) && hasIntraPhase(arm) && N > 0;
    for (const [to, where] of [
      [training.batches, name],
      ...(isForked ? [[N, `trunk of ${name}`] as const] : []),
    ] as const)
      checkStage(arm, training.program.command, seed, to, where);
  }
}

function checkStage(
  arm: Arm,
  command: readonly (string | readonly string[])[],
  seed: number,
  to: number,
  where: string,
): void {
  try {
    fillCommand(command, templateValues(arm, stageParameters(arm, to), seed));
  } catch (error) {
    if (error instanceof MissingArgument)
      throw new PlanMistake(
        'training.program.command',
        `${error.message} in the arm ${where}, wanted a name that is there`,
      );
    if (!(error instanceof NullArgument)) throw error;
    throw new PlanMistake(
      'training.program.command',
      `${error.message} in the arm ${where}, wanted a list, ["--name", "{value}"], which is left out there`,
    );
  }
}
