import { resolve } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../../training/engine.ts';
import type { WorkerOptions } from '../worker-options.ts';
import { addEngineOption, parseDeviceOption, parseWorkers } from '../train-options.ts';
import { wholeOption } from '../number-options.ts';
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
      .option('--per-device <count>', 'stages that each GPU trains at the same time (1)', wholeOption(1, 64))
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
  const { engineFinder } = await import('../../remote/worker/engine-places.ts');
  const { placesForProgram } = await import('../../remote/worker/program-places.ts');
  const { lockTime, watchdogTime } = await import('../seconds-of.ts');
  const { Patience } = await import('../../runner/patience.ts');
  const { output } = session;
  const alone = startersEnd();
  const { slots, perDevice, device = null } = options;
  const share = { device, slots, perDevice, patience: new Patience(watchdogTime()), say: output.say };
  const onEngine = engineFinder(share);
  const engine = await chooseHere(options, onEngine, output.say);
  const signals = watchStopSignals((signal) => output.say(`${signal}: ending with what is trained so far stored`));
  const until = endOf(options);
  try {
    const reason = await joinHead(resolve(options.join), {
      engine,
      findPlaces: ({ engine: wanted, program }, here) =>
        program === null ? onEngine(wanted as EngineName) : placesForProgram(wanted, program, { ...share, ...here }),
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

/** What is wrong with the options is said before anything is joined. @returns null where a program alone can train */
async function chooseHere(
  { engine, device, perDevice }: WorkerOptions,
  onEngine: (engine: EngineName) => Promise<unknown>,
  say: Say,
): Promise<EngineName | null> {
  const { chooseEngine } = await import('../../training/engines/choose.ts');
  try {
    const chosen = await chooseEngine(engine, say, device ?? null);
    await onEngine(chosen);
    return chosen;
  } catch (error) {
    // Cards that none of our engines can use a program may.
    if (engine !== 'auto' || (device === undefined && perDevice === undefined)) throw error;
    say(`${(error as Error).message}. Sweeps of programs can be trained here all the same`);
    return null;
  }
}

/** In milliseconds: so much of the given time is left for the last checkpoints, at most a tenth of it. */
const MARGIN = 120_000;

/** By `performance.now()`. */
function endOf({ for: time }: WorkerOptions): number {
  return time === undefined ? Infinity : performance.now() + time - Math.min(MARGIN, time / 10);
}
