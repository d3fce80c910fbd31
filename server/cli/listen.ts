import { resolve } from 'node:path';
import type { OpenHead } from '../remote/head/open-head.ts';
import type { Storage } from '../store/database/storage.ts';
import { shellWord } from '../remote/shell-word.ts';
import { leaseHolder } from '../store/database/lease.ts';
import { UserError } from '../sweep/user-error.ts';
import { startOwnWorker } from './own-worker.ts';
import { lockTime } from './seconds-of.ts';
import type { TrainOptions } from './train-options.ts';

/** Opens the head for workers on other machines, where that was asked for, and says how they are started. */
export async function listenAsAsked(
  storage: Storage,
  options: Omit<TrainOptions, 'failOn'>,
  say: (sentence: string) => void,
): Promise<Pick<OpenHead, 'remote' | 'close'> | null> {
  const { listen, url, join, elsewhere } = options;
  if (listen === undefined && url === undefined) {
    const alone = join === undefined ? elsewhere && '--elsewhere' : '--join';
    if (alone) throw new UserError(`Cannot use ${alone} alone: wanted --listen or --url beside it`);
    return null;
  }
  if (listen === undefined)
    throw new UserError(
      'Cannot use --url alone: workers fetch checkpoints and data from this machine; wanted --listen ADDRESS beside it',
    );
  refuseOtherHead(storage);
  const { openHead } = await import('../remote/head/open-head.ts');
  const head = await openHead(storage, {
    address: typeof listen === 'string' ? listen : '127.0.0.1',
    url: url ?? null,
    join: join === undefined ? null : resolve(join),
    lock: lockTime(),
    log: say,
  });
  say(`Workers on other machines may train along. With ${head.join} (keep it secret) on a machine:`);
  say(`  cosweep worker --join ${shellWord(head.join)}`);
  if (elsewhere) return head;
  const own = startOwnWorker(head.join, options, say);
  return {
    remote: head.remote,
    async close() {
      await head.close();
      await own.ended();
    },
  };
}

/** Two heads of one database would take each other's messages. */
function refuseOtherHead(storage: Storage): void {
  const holder = leaseHolder(storage);
  if (holder === null) return;
  throw new UserError(
    `Cannot listen: process ${holder.pid} on ${holder.host} trains on this database (${holder.command}); ` +
      'wanted: when it is done, or without --listen and --url, which leaves the sweep to it',
  );
}
