import { isProgramEngine } from '../sweep/program-engine.ts';
import { parseSweepId } from '../store/database/ids.ts';
import { readOutstanding } from '../store/sweeps/queue.ts';
import { HttpError } from './http-error.ts';
import type { Context } from './route.ts';

/**
 * A sweep that a user's program trains is started by the command line alone, unless the server was started for it.
 *
 * @param attempted such as `resume s3`
 */
export function refuseProgram({ storage, actions }: Context, id: string, attempted: string): void {
  const { engine } = readOutstanding(storage, parseSweepId(id)!);
  if (actions.allowPrograms || !isProgramEngine(engine)) return;
  throw new HttpError(
    'forbidden',
    `Cannot ${attempted}: a program of its own trains it; \`cosweep run ${id}\` starts it, ` +
      'or the dashboard where `cosweep serve --allow-programs` runs it',
  );
}
