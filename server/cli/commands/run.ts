import { existsSync } from 'node:fs';
import { parseSweepId } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import type { CliCommand } from '../command.ts';
import type { OpenedDefinition } from '../queue-definition.ts';
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
        .argument('<file|sweep>', 'a definition ("-": on stdin), or a stored sweep\'s id, name or "latest"'),
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
  const { train } = await import('../train.ts');
  const opened = await open(session, what, options);
  const { storage } = opened;
  try {
    const sweepId =
      'file' in opened ? await queueFile(session, opened, options) : await queueStored(session, storage, what, options);
    if (options.keepCheckpoints)
      (await import('../../store/sweeps/keep-checkpoints.ts')).keepCheckpoints(storage, sweepId);
    return await train(session, storage, sweepId, { ...options, fresh: options.fresh === true });
  } finally {
    await storage.close();
  }
}

async function open(
  session: Session,
  what: string,
  options: Options,
): Promise<OpenedDefinition | { storage: Storage }> {
  if (isDefinition(session, what, options)) {
    const { readDefinitionFile } = await import('../read-definition-file.ts');
    const { openForDefinition } = await import('../queue-definition.ts');
    return openForDefinition(session.db, await readDefinitionFile(what));
  }
  const { openStorage } = await import('../../store/database/storage.ts');
  return { storage: await openStorage({ file: session.db, create: false }) };
}

/**
 * Where there is a database, `s3` and `latest` name sweeps, even if the folder holds a file of that name. That file is
 * `./s3`.
 */
function isDefinition({ db }: Session, what: string, { ifQueued }: Options): boolean {
  if (ifQueued) return false;
  if (!existsSync(db)) return true;
  if (parseSweepId(what) !== null || what === 'latest') return false;
  return what === '-' || existsSync(what) || /\.json$/i.test(what);
}

async function queueFile(
  { output }: Session,
  opened: OpenedDefinition,
  { engine, share, fresh, otherBits }: Options,
): Promise<number> {
  const { queueDefinition } = await import('../queue-definition.ts');
  const request = { engine: asked(engine), share, fresh: fresh === true, otherBits: otherBits === true };
  return queueDefinition(opened, request, output.say);
}

async function queueStored(
  { output }: Session,
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
    queueAgain(storage, sweepId, {
      engine: asked(engine),
      otherBits: otherBits === true,
      ...(fresh && (await freshly(storage, sweepId))),
    });
  await (await import('../new-plan.ts')).tellNewPlan(storage, sweepId, output.say);
  return sweepId;
}

/** A sweep that is trained anew is planned anew too. */
async function freshly(storage: Storage, sweepId: number): Promise<{ fresh: true; plan: Plan }> {
  const { readSweep } = await import('../../store/reading/read-sweep.ts');
  const { planStored } = await import('../new-plan.ts');
  return { fresh: true, plan: await planStored((await readSweep(storage, sweepId))!) };
}

/** The engine that was asked for by name; null where the choice is left open. */
function asked(engine: TrainOptions['engine']): string | null {
  return engine === 'auto' ? null : engine;
}
