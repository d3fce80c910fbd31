import { existsSync, statSync } from 'node:fs';
import { Option } from 'commander';
import { parseSweepId, sweepName } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import { KEEP_WEIGHTS, type KeepWeights } from '../../sweep/keep-weights.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import type { CliCommand } from '../command.ts';
import type { WantedDefinition } from '../queue-definition.ts';
import { withStorage } from '../with-storage.ts';
import type { Session } from '../session.ts';
import { addTrainOptions, type TrainOptions } from '../train-options.ts';

interface Options extends TrainOptions {
  share: boolean;
  fresh?: true;
  otherBits?: true;
  moveSeeds?: true;
  keepCheckpoints?: true;
  keepWeights?: KeepWeights;
  trustProgram?: true;
  ifQueued?: true;
  programs: boolean;
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
      .addOption(
        new Option(
          '--keep-weights <runs>',
          'which runs keep their final weights once the sweep is complete; best: the best one of each arm, by the ' +
            "sweep's metric; a new sweep keeps all",
        ).choices(KEEP_WEIGHTS),
      )
      .option(
        '--trust-program',
        'start the program of this sweep though it was not planned on this machine: what a database brings runs with ' +
          'your rights; said once',
      )
      .option('--listen [address]', 'have workers on other machines train along: they reach this one at the address')
      .option('--url <url>', 'with --listen: by way of a Redis, Valkey or PostgreSQL that is there already')
      .option('--join <file>', 'the join file for workers; one that is there stays valid')
      .option('--elsewhere', 'with these: nothing is trained on this machine')
      .option('--move-seeds', 'with these: seeds that wait for machines that are gone are trained anew by others')
      .option('--audit', 'train 1 stage in 50 again on another machine or card of the same bits, and compare')
      .option('--no-programs', "leave sweeps in the queue alone that users' programs train")
      .option('--if-queued', 'leave a stored sweep alone if it is no longer queued')
      .action(run(runSweep));
  },
};

async function runSweep(session: Session, what: string, options: Options): Promise<number> {
  refuseContradiction(options);
  const { readWanted } = await import('../queue-definition.ts');
  const { train } = await import('../train.ts');
  const wanted = isDefinition(session, what, options) ? await readWanted(session.db, what) : null;
  return withStorage(session, { access: 'write', create: wanted !== null }, async (storage) => {
    const sweepId =
      wanted === null
        ? await queueStored(session, storage, what, options)
        : await queueFile(session, storage, wanted, options);
    await keepAsAsked(session, storage, sweepId, options);
    return train(session, storage, sweepId, { ...options, fresh: options.fresh === true });
  });
}

function refuseContradiction({ keepCheckpoints, keepWeights = 'all', moveSeeds, listen, url }: Options): void {
  if (moveSeeds && listen === undefined && url === undefined)
    throw new UserError('Cannot move seeds to other machines: wanted --listen or --url beside --move-seeds');
  if (!keepCheckpoints || keepWeights === 'all') return;
  throw new UserError(
    `Cannot keep the checkpoints of every stage with --keep-weights ${keepWeights}: final weights are among them; ` +
      'wanted one of --keep-checkpoints and --keep-weights',
  );
}

/**
 * Where there is a database, `s3` and `latest` name sweeps, even if the folder holds a file of that name. That file is
 * `./s3`.
 */
function isDefinition({ db }: Session, what: string, { ifQueued }: Options): boolean {
  if (ifQueued) return false;
  if (!existsSync(db)) return true;
  if (parseSweepId(what) !== null || what === 'latest') return false;
  return what === '-' || isFile(what) || /\.(json|ya?ml)$/i.test(what);
}

/** A folder of the name of a sweep is no definition. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

async function queueFile(
  { output }: Session,
  storage: Storage,
  wanted: WantedDefinition,
  { engine, share, fresh, otherBits, moveSeeds }: Options,
): Promise<number> {
  const { queueDefinition } = await import('../queue-definition.ts');
  const request = {
    engine: asked(engine),
    share,
    fresh: fresh === true,
    otherBits: otherBits === true || moveSeeds === true,
  };
  return queueDefinition(storage, wanted, request, output.say);
}

async function queueStored({ output }: Session, storage: Storage, what: string, options: Options): Promise<number> {
  const { engine, share, fresh, otherBits, moveSeeds, ifQueued } = options;
  const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
  const { queueAgain } = await import('../../store/sweeps/queue.ts');
  const { keepingTrust } = await import('../own-program.ts');
  const sweepId = await findSweep(storage, what);
  if (!share)
    throw new UserError(
      `Cannot run ${what} with --no-share: a stored sweep keeps the sharing that it was started with; ` +
        "name its definition's file instead",
    );
  // What the dashboard has queued is trained by the copy that it was planned with.
  if (!ifQueued && !fresh) await (await import('../changed-program.ts')).refuseChangedProgram(storage, sweepId);
  if (!ifQueued) await askFirst(storage, sweepId, options);
  const queue = async (): Promise<void> => {
    queueAgain(storage, sweepId, {
      engine: asked(engine),
      otherBits: otherBits === true || moveSeeds === true,
      ...(fresh && (await freshly(storage, sweepId))),
    });
  };
  if (!ifQueued) await keepingTrust(storage, sweepId, queue);
  // What was queued anew has the new plan already.
  if (ifQueued || !fresh) await (await import('../new-plan.ts')).tellNewPlan(storage, sweepId, output.say);
  return sweepId;
}

/** Before anything is changed: a sweep whose program is not started stays as it is. */
async function askFirst(
  storage: Storage,
  sweepId: number,
  { fresh, trustProgram, listen, url }: Options,
): Promise<void> {
  const { refuseStranger } = await import('../../runner/refuse-stranger.ts');
  const remote = listen ?? url;
  const asked = { trustsProgram: trustProgram === true, fresh: fresh === true, remote };
  await refuseStranger({ storage, sweepId, ...asked, tell: () => {} });
}

/** A sweep that is trained anew is planned anew too. */
async function freshly(storage: Storage, sweepId: number): Promise<{ fresh: true; plan: Plan }> {
  const { readSweep } = await import('../../store/reading/read-sweep.ts');
  const { planStored } = await import('../new-plan.ts');
  const { programsFolderOf } = await import('../../store/database/programs-folder.ts');
  const programs = programsFolderOf(storage);
  return { fresh: true, plan: await planStored((await readSweep(storage, sweepId))!, { programs }) };
}

/** The engine that was asked for by name; null where the choice is left open. */
function asked(engine: TrainOptions['engine']): string | null {
  return engine === 'auto' ? null : engine;
}

/** A sweep of which neither is said keeps what it kept. */
async function keepAsAsked(
  { output }: Session,
  storage: Storage,
  sweepId: number,
  { keepCheckpoints, keepWeights, fresh }: Options,
): Promise<void> {
  if (keepCheckpoints) (await import('../../store/sweeps/keep-checkpoints.ts')).keepCheckpoints(storage, sweepId);
  if (!keepWeights) return;
  const gone = (await import('../../store/sweeps/keep-weights.ts')).keepWeights(storage, sweepId, keepWeights);
  if (keepWeights !== 'all' || gone === 0 || fresh) return;
  const runs = gone === 1 ? 'one run' : `${gone} runs`;
  output.say(`The final weights of ${runs} of ${sweepName(sweepId)} are gone and stay so; --fresh trains it anew`);
}
