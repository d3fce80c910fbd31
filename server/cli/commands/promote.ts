import type { CliCommand } from '../command.ts';
import { wholeOption } from '../number-options.ts';
import type { Session } from '../session.ts';
import { addTrainOptions, type TrainOptions } from '../train-options.ts';
import { WRITING, withStorage } from '../with-storage.ts';

interface Options extends TrainOptions {
  best?: number;
  seeds: number;
}

export const promoteCommand: CliCommand = {
  define(program, run) {
    addTrainOptions(
      program
        .command('promote')
        .description('trains the best arms of a screening and their controls on fresh seeds, as a sweep of its own')
        .argument('<sweep>', 'the sweep that screened them: id, name, definition or "latest"')
        .option('--best <count>', 'how many arms; default: a quarter, at most five', wholeOption(1, 1000))
        .option('--seeds <count>', 'how many fresh seeds', wholeOption(1, 1000), 12),
    ).action(run(promote));
  },
};

function promote(session: Session, sweep: string, options: Options): Promise<number> {
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { queuePromotion } = await import('../../http/answers/promotion.ts');
    const { planFor } = await import('../plan-text.ts');
    const { tellNewPlan } = await import('../new-plan.ts');
    const { train } = await import('../train.ts');
    const { best, seeds, engine } = options;
    const wanted = { arms: best ?? null, seeds, engine: engine === 'auto' ? null : engine };
    const plan = planFor(storage, '(of the promotion)');
    const sweepId = await queuePromotion(storage, await findSweep(storage, sweep), wanted, plan);
    await tellNewPlan(storage, sweepId, session.output.say);
    return train(session, storage, sweepId, { ...options, fresh: false });
  });
}
