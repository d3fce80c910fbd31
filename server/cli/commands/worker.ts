import { resolve } from 'node:path';
import type { Patience } from '../../runner/patience.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../../training/engine.ts';
import type { ChosenCard } from '../../training/engines/cards/choose-cards.ts';
import type { WorkerOptions } from '../worker-options.ts';
import type { Places } from '../../remote/worker/remote-worker.ts';
import { addEngineOption, parseDeviceOption, parseWorkers } from '../train-options.ts';
import type { CliCommand } from '../command.ts';
import { parseDuration } from '../parse-duration.ts';
import type { Session } from '../session.ts';

export const workerCommand: CliCommand = {
  define(program, run) {
    addEngineOption(
      program
        .command('worker')
        .description('trains for a sweep on another machine, until that is done')
        .requiredOption('--join <file>', 'the join file that `cosweep run --listen` has written there'),
    )
      .option(
        '--slots <count>',
        'stages that are trained at the same time; auto: one per core, or one',
        parseWorkers,
        'auto',
      )
      .option('--device <devices>', 'which GPUs train, as for `run`', parseDeviceOption)
      .option('--for <time>', 'end in time before this has passed: 3:50:00, 90m', parseDuration)
      .option('--idle <time>', 'end where there was nothing to train for so long', parseDuration, parseDuration('10m'))
      .option(
        '--sbatch',
        'have Slurm start it: writes a batch script with the options of sbatch after --, and submits it',
      )
      .argument('[sbatch...]', 'options of sbatch, after --')
      .action(run(work));
  },
};

async function work(session: Session, given: string[], options: WorkerOptions): Promise<number> {
  if (options.sbatch) return (await import('../submit-worker.ts')).submitWorker(session, options, given);
  refuseArguments(given);
  const { joinHead } = await import('../../remote/worker/open-worker.ts');
  const { watchStopSignals } = await import('../stop-signals.ts');
  const { lockTime, watchdogTime } = await import('../seconds-of.ts');
  const { Patience } = await import('../../runner/patience.ts');
  const { workerCount } = await import('../../runner/workers/worker-count.ts');
  const { output } = session;
  const alone = startersEnd();
  const engine = await chooseHere(options, output.say);
  const cardsOn = cardsOf(options, output.say);
  const slots = workerCount({ workers: options.slots }, engine, (await cardsOn(engine)).length);
  const patience = new Patience(watchdogTime());
  const signals = watchStopSignals((signal) => output.say(`${signal}: ending with what is trained so far stored`));
  const until = endOf(options);
  try {
    const reason = await joinHead(resolve(options.join), {
      engine,
      slots,
      placesOn: async (name) =>
        placesOn(name as EngineName, await cardsOn(name as EngineName), { slots, patience, say: output.say }),
      lock: lockTime(),
      idle: options.idle,
      until,
      stop: AbortSignal.any([signals.stop, alone]),
      log: output.say,
    });
    if (reason === null) return 0;
    throw new UserError(reason);
  } finally {
    signals.end();
  }
}

/** Aborted where the head on this machine that has started this process is gone. */
function startersEnd(): AbortSignal {
  const ended = new AbortController();
  if (process.connected) process.once('disconnect', () => ended.abort());
  return ended.signal;
}

function refuseArguments([first]: readonly string[]): void {
  if (first !== undefined)
    throw new UserError(`Cannot start a worker: found ${JSON.stringify(first)}, wanted no argument without --sbatch`);
}

type Say = (message: string) => void;

async function chooseHere({ engine, device }: WorkerOptions, say: Say): Promise<EngineName> {
  const { chooseEngine } = await import('../../training/engines/choose.ts');
  return chooseEngine(engine, say, device ?? null);
}

/** The cards that are trained on, each engine's looked for once. */
function cardsOf({ device }: WorkerOptions, say: Say): (engine: EngineName) => Promise<ChosenCard[]> {
  const found = new Map<EngineName, Promise<ChosenCard[]>>();
  const find = async (engine: EngineName): Promise<ChosenCard[]> => {
    const { chooseCards } = await import('../../training/engines/cards/choose-cards.ts');
    return chooseCards(engine, device ?? null, say);
  };
  return (engine) => {
    const cards = found.get(engine) ?? find(engine);
    found.set(engine, cards);
    return cards;
  };
}

async function placesOn(
  engine: EngineName,
  cards: readonly ChosenCard[],
  { slots, patience, say }: { slots: number; patience: Patience; say: Say },
): Promise<Places> {
  const { hireOn, inTurn, tellCards } = await import('../../runner/workers/hire-worker.ts');
  const { Logs } = await import('../../runner/logs/logs.ts');
  tellCards(engine, cards, slots, say);
  const at = inTurn(cards);
  const hire = hireOn(engine, at, { patience, logs: Logs.none() });
  return { hire, cardOf: (seat) => at(seat)?.label ?? null };
}

/** In milliseconds: so much of the given time is left for the last checkpoints, at most a tenth of it. */
const MARGIN = 120_000;

/** By `performance.now()`. */
function endOf({ for: time }: WorkerOptions): number {
  return time === undefined ? Infinity : performance.now() + time - Math.min(MARGIN, time / 10);
}
