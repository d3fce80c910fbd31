import type { Storage } from '../../store/database/storage.ts';
import { printable } from '../../sweep/printable.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { addTrainOptions, type TrainOptions } from '../train-options.ts';
import { wholeOption } from '../number-options.ts';
import { WRITING, withStorage } from '../with-storage.ts';

interface Options extends TrainOptions {
  arm: string;
  seeds: number;
  metric?: string;
  again?: true;
}

export const confirmCommand: CliCommand = {
  define(program, run) {
    addTrainOptions(
      program
        .command('confirm')
        .description('trains one arm and its control on fresh seeds, and tests the difference once')
        .argument('<sweep>', 'the sweep that the arm was chosen in: id, name, definition or "latest"')
        .requiredOption('--arm <arm>', 'index or name of the arm')
        .option('--seeds <count>', 'how many fresh seeds', wholeOption(1, 1000), 12)
        .option('--metric <name>', "default: the sweep's own; on the test part where there is one")
        .option('--again', 'where the arm was confirmed before: another attempt on other fresh seeds; p counts both'),
    ).action(run(confirm));
  },
};

function confirm(session: Session, sweep: string, options: Options): Promise<number> {
  return withStorage(session, WRITING, async (storage) => {
    const { trainAndShow, exitCodeOf } = await import('../train.ts');
    const { tellNewPlan } = await import('../new-plan.ts');
    const sweepId = await queue(session, storage, sweep, options);
    await tellNewPlan(storage, sweepId, session.output.say);
    const { ended, interrupted } = await trainAndShow(session, storage, sweepId, { ...options, fresh: false });
    if (ended === null || interrupted !== null) return interrupted!;
    await show(session, storage, sweepId);
    return exitCodeOf(ended, options.failOn);
  });
}

async function queue(
  { output }: Session,
  storage: Storage,
  sweep: string,
  { arm, seeds, metric, engine, again }: Options,
): Promise<number> {
  const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
  const { queueConfirmation } = await import('../../http/answers/confirmation.ts');
  const { planFor } = await import('../plan-text.ts');
  const { warnOfFewSeeds } = await import('../../report/confirm/confirm-report.ts');
  const { readSweep } = await import('../../store/reading/read-sweep.ts');
  const { smallestP } = await import('../../sweep/plan/smallest-p.ts');
  const wanted = {
    arm,
    seeds,
    metric: metric ?? null,
    engine: engine === 'auto' ? null : engine,
    again: again === true,
  };
  const plan = planFor(storage, '(of the confirmation)');
  const sweepId = await queueConfirmation(storage, await findSweep(storage, sweep), wanted, plan);
  const { plan: queued, id } = (await readSweep(storage, sweepId))!;
  const pairs = queued.seeds.length;
  if (pairs !== seeds) output.say(`${id} confirms the arm on ${pairs} seeds already; --again makes another attempt`);
  if (smallestP(pairs, 1).maxT > 0.05) output.say(warnOfFewSeeds(pairs));
  return sweepId;
}

/** Shows what the confirmation says by now. A sweep that was left queued has a report too. */
async function show({ output, json }: Session, storage: Storage, sweepId: number): Promise<void> {
  const { readConfirmation } = await import('../../http/answers/confirmation.ts');
  const { confirmToText } = await import('../../report/confirm/confirm-text.ts');
  const report = (await readConfirmation(storage, sweepId))!;
  if (json) output.json(report);
  else output.data(confirmToText(report).split('\n').map(printable).join('\n'));
}
