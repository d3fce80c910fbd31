import type { PredictedTime } from '../runner/forecast/predict-time.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { isProgram, ownTraining } from '../sweep/settings.ts';
import { UserError } from '../sweep/user-error.ts';
import type { EngineName } from '../training/engine.ts';
import type { TrainOptions } from './train-options.ts';

/** A predicted time, with the engine and the number of workers that it holds for. */
export interface TimeAnswer extends PredictedTime {
  engine: EngineName;
  workers: number;
}

/**
 * Predicts how long a plan trains on this machine. The prediction trains a few batches of the plan's first arm and
 * keeps nothing of them.
 */
export async function askTime(
  plan: Plan,
  folder: string,
  options: Pick<TrainOptions, 'engine' | 'device' | 'workers' | 'perDevice'>,
  say: (text: string) => void,
): Promise<TimeAnswer> {
  const { chooseEngine } = await import('../training/engines/choose.ts');
  const { chooseCards } = await import('../training/engines/cards/choose-cards.ts');
  const { calibrate } = await import('../runner/forecast/calibrate.ts');
  const { predictTime } = await import('../runner/forecast/predict-time.ts');
  const { inTurn, tellCards } = await import('../runner/workers/hire-worker.ts');
  const { workerCount } = await import('../runner/workers/worker-count.ts');
  const [arm] = plan.arms;
  if (isProgram(arm!.training))
    throw new UserError(
      `Cannot predict how long ${JSON.stringify(plan.name)} trains: a program of its own trains it, ` +
        'of which only a run tells the pace; leave --time out',
    );
  const engine = await chooseEngine(options.engine, say, options.device);
  const cards = await chooseCards(engine, options.device ?? null, say);
  const workers = Math.min(workerCount(options, engine, cards.length), plan.runs.length);
  tellCards(engine, cards, workers, say);
  const calibration = await calibrate(
    { ...arm!, training: ownTraining(arm!.training) },
    plan.seeds[0]!,
    folder,
    engine,
    inTurn(cards),
    workers,
    say,
  );
  return { ...predictTime(plan, calibration, workers), engine, workers };
}
