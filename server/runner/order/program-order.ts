import { stageName } from '../../store/database/ids.ts';
import type { StageTask } from '../../store/training/identify-runs.ts';
import type { Arm } from '../../sweep/arm.ts';
import { fillCommand, templateValues } from '../../sweep/command-template.ts';
import type { ProgramTraining } from '../../sweep/settings.ts';
import { stageParameters } from '../../sweep/stage-parameters.ts';
import type { ProgramOrder } from '../workers/messages.ts';

/**
 * What a program is asked to train in a stage.
 *
 * @param stored the seed; what a database says is a number may be a text, which must not get into the command
 */
export function programOrder(
  arm: Arm & { training: ProgramTraining },
  { stageId, to }: Pick<StageTask, 'stageId' | 'to'>,
  stored: number,
): Pick<ProgramOrder, 'settings' | 'stage' | 'command' | 'order' | 'batchesPerEpoch'> {
  const { program: settings, batches, evalEvery, ...own } = arm.training;
  const parameters = stageParameters(arm, to);
  const { batchesPerEpoch } = own;
  const seed = Number(stored);
  return {
    settings,
    stage: stageName(stageId),
    command: fillCommand(settings.command, templateValues(arm, parameters, seed)),
    order: { seed, batches, evalEvery, parameters, loss: arm.loss, training: { ...own, batches, evalEvery } },
    batchesPerEpoch: typeof batchesPerEpoch === 'number' ? batchesPerEpoch : null,
  };
}
