import { InvalidArgumentError } from 'commander';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../../training/engine.ts';
import { addEngineOption } from '../train-options.ts';
import type { CliCommand } from '../command.ts';
import { parseDuration } from '../parse-duration.ts';
import type { Session } from '../session.ts';

interface Options {
  join: string;
  engine: EngineName | 'auto';
  slots: number | 'auto';
  for?: number;
  idle: number;
}

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
        parseSlots,
        'auto',
      )
      .option('--for <time>', 'end in time before this has passed: 3:50:00, 90m', parseDuration)
      .option('--idle <time>', 'end where there was nothing to train for so long', parseDuration, parseDuration('10m'))
      .action(run(work));
  },
};

async function work(session: Session, options: Options): Promise<number> {
  const { joinHead } = await import('../../remote/worker/open-worker.ts');
  const { chooseEngine } = await import('../../training/engines/choose.ts');
  const { hireOn } = await import('../../runner/workers/hire-worker.ts');
  const { usesGpu } = await import('../../training/engines/uses-gpu.ts');
  const { Logs } = await import('../../runner/logs/logs.ts');
  const { Patience } = await import('../../runner/patience.ts');
  const { watchStopSignals } = await import('../stop-signals.ts');
  const { lockOf } = await import('../listen.ts');
  const { output } = session;
  const engine = await chooseEngine(options.engine, output.say, null);
  const slots = options.slots === 'auto' ? (usesGpu(engine) ? 1 : availableParallelism()) : options.slots;
  const signals = watchStopSignals((signal) => output.say(`${signal}: ending with what is trained so far stored`));
  const end = endOf(options);
  try {
    const reason = await joinHead(resolve(options.join), {
      engine,
      slots,
      hireOn: (name) => hireOn(name as EngineName, { device: null, patience: new Patience(), logs: Logs.none() }),
      lock: lockOf(process.env['COSWEEP_LOCK']),
      idle: options.idle,
      until: end,
      stop: signals.stop,
      log: output.say,
    });
    if (reason === null) return 0;
    throw new UserError(reason);
  } finally {
    signals.end();
  }
}

/** In milliseconds: so much of the given time is left for the last checkpoints, at most a tenth of it. */
const MARGIN = 120_000;

/** By `performance.now()`. */
function endOf({ for: time }: Options): number {
  return time === undefined ? Infinity : performance.now() + time - Math.min(MARGIN, time / 10);
}

function parseSlots(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1_024)
    throw new InvalidArgumentError('Want a whole number from 1 to 1024, or auto.');
  return count;
}
