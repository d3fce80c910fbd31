import { findArm } from '../sweep/find-arm.ts';
import { UserError } from '../sweep/user-error.ts';
import type { Mark } from '../sweep/marks.ts';
import type { Storage } from '../store/database/storage.ts';
import type { Subject } from '../store/sweeps/write-mark.ts';

/** What a command line names: a sweep, one of its arms, or a run. */
export interface Named {
  subject: Subject;
  /** What messages call it, and its ids for `--json`. */
  name: string;
  ids: { sweep: string; arm?: number } | { run: string };
  readMark(): Mark;
}

/**
 * @param what a run's id, or what the command line calls SWEEP
 * @param arm index or name of an arm of that sweep, where one was named
 * @param attempted the beginning of a message, such as `Cannot tag`
 */
export async function findSubject(
  storage: Storage,
  what: string,
  arm: string | undefined,
  attempted: string,
): Promise<Named> {
  const { findRun, findSweep } = await import('../store/sweeps/find-sweep.ts');
  const { readMarks, readRunMarks } = await import('../store/reading/read-marks.ts');
  const { readArms } = await import('../store/reading/read-arms.ts');
  const { runName, sweepName } = await import('../store/database/ids.ts');
  const { NO_MARK } = await import('../sweep/marks.ts');
  if (/^r\d+$/.test(what)) {
    if (arm !== undefined) throw new UserError(`${attempted} ${what}: found --arm, wanted a sweep with it, not a run`);
    const run = await findRun(storage, what);
    const id = runName(run);
    return {
      subject: { run },
      name: id,
      ids: { run: id },
      readMark: () => readRunMarks(storage, [run]).get(id) ?? NO_MARK,
    };
  }
  const sweep = await findSweep(storage, what);
  const id = sweepName(sweep);
  if (arm === undefined)
    return { subject: { sweep }, name: id, ids: { sweep: id }, readMark: () => readMarks(storage, sweep).sweep };
  const arms = readArms(storage, sweep);
  const found = findArm(arms, arm, `${attempted} arm ${JSON.stringify(arm)} of ${id}`);
  if (found === undefined)
    throw new UserError(
      `${attempted} arm ${JSON.stringify(arm)} of ${id}: there is none; ` +
        `wanted an index from 0 to ${arms.length - 1}, or a name as \`cosweep plan --arms\` lists them`,
    );
  const { index, name } = found;
  return {
    subject: { sweep, arm: index },
    name: `${id} arm ${index} ${name}`,
    ids: { sweep: id, arm: index },
    readMark: () => readMarks(storage, sweep).arms.get(index) ?? NO_MARK,
  };
}
