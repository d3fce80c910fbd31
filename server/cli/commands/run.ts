import { existsSync } from 'node:fs';
import { parseSweepId } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { addTrainOptions, type TrainOptions } from '../train-options.ts';

interface Options extends TrainOptions {
  share: boolean;
  fresh?: true;
  otherBits?: true;
  keepCheckpoints?: true;
  ifQueued?: true;
}

export const runCommand: CliCommand = {
  define(program, run) {
    addTrainOptions(
      program
        .command('run')
        .description('trains a sweep, or continues it where it stopped; failed runs are tried again')
        .argument('<file|sweep>', 'a definition, or a stored sweep\'s id, name or "latest"'),
    )
      .option('--no-share', 'train each run on its own from batch 0')
      .option('--fresh', 'train everything anew, whatever the database holds')
      .option(
        '--other-bits',
        'go on where this machine computes other bits: finished seeds stay, all others are trained anew',
      )
      .option(
        '--keep-checkpoints',
        "keep the checkpoints of every stage for as long as the sweep is there, not only each run's final weights",
      )
      .option('--if-queued', 'leave a stored sweep alone if it is no longer queued')
      .action(run(runSweep));
  },
};

async function runSweep(session: Session, what: string, options: Options): Promise<number> {
  const { readDefinition } = await import('../../sweep/definition/parse-definition.ts');
  const { readDefinitionFile } = await import('../read-definition-file.ts');
  const { openStorage } = await import('../../store/database/storage.ts');
  const { train } = await import('../train.ts');
  const isFile = isDefinition(session, what, options);
  // A definition that has mistakes, or is not there, leaves no database behind.
  if (isFile) readDefinition(readDefinitionFile(what).text, what);
  const storage = await openStorage({ file: session.db, create: isFile });
  try {
    const sweepId = isFile ? await queueFile(storage, what, options) : await queueStored(storage, what, options);
    if (options.keepCheckpoints)
      (await import('../../store/sweeps/keep-checkpoints.ts')).keepCheckpoints(storage, sweepId);
    return await train(session, storage, sweepId, { ...options, fresh: options.fresh === true });
  } finally {
    await storage.close();
  }
}

/**
 * Where there is a database, `s3` and `latest` name sweeps, even if the folder holds a file of that name. That file is
 * `./s3`.
 */
function isDefinition({ db }: Session, what: string, { ifQueued }: Options): boolean {
  if (ifQueued) return false;
  if (!existsSync(db)) return true;
  if (parseSweepId(what) !== null || what === 'latest') return false;
  return existsSync(what) || /\.json$/i.test(what);
}

async function queueFile(
  storage: Storage,
  file: string,
  { engine, share, fresh, otherBits }: Options,
): Promise<number> {
  const { queueDefinition } = await import('../queue-definition.ts');
  return queueDefinition(storage, file, {
    engine: asked(engine),
    share,
    fresh: fresh === true,
    otherBits: otherBits === true,
  });
}

async function queueStored(
  storage: Storage,
  what: string,
  { engine, share, fresh, otherBits, ifQueued }: Options,
): Promise<number> {
  const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
  const { queueAgain } = await import('../../store/sweeps/queue.ts');
  const sweepId = await findSweep(storage, what);
  if (!share)
    throw new UserError(
      `Cannot run ${what} with --no-share: a stored sweep keeps the sharing that it was started with; ` +
        "name its definition's file instead",
    );
  if (!ifQueued)
    queueAgain(storage, sweepId, { engine: asked(engine), fresh: fresh === true, otherBits: otherBits === true });
  return sweepId;
}

/** The engine that was asked for by name; null where the choice is left open. */
function asked(engine: TrainOptions['engine']): string | null {
  return engine === 'auto' ? null : engine;
}
