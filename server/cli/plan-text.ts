import { HttpError } from '../http/http-error.ts';
import type { PlanAction } from '../http/answers/plan-action.ts';
import type { Actions } from '../http/route.ts';
import { OutsideError } from '../sweep/user-error.ts';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import type { Storage } from '../store/database/storage.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import { keepingTrust, trustPlanned } from './own-program.ts';
import { planDefinition } from './plan-definition.ts';

/**
 * Plans definitions for sweeps of a database. The program of one that is written by the user, and not made from a
 * stored sweep, is the user's own from then on.
 *
 * @param source how messages call a definition: `(of the confirmation)`
 * @param complain gets why other processes will not know that the program is the user's own
 */
export function planFor(
  storage: Pick<Storage, 'file' | 'readOnly'>,
  source: string,
  complain: (problem: string) => void = () => {},
): PlanAction {
  const keeping = storage.readOnly ? {} : { programs: programsFolderOf(storage) };
  return async (definition, folder, engine) => {
    const made = await planDefinition(readDefinition(definition, source), folder, {
      ...keeping,
      engine: engine ?? null,
    });
    // What is made from a stored sweep may be of a database from elsewhere.
    if (engine !== undefined || storage.readOnly) return made;
    const problem = await trustPlanned(storage, made.engine, { folder, arms: made.arms });
    if (problem !== null) complain(problem);
    return made;
  };
}

/**
 * The same for definitions that came through HTTP. One that names a program is a command line, which only a server that
 * was started for it takes.
 */
function planFromOutside(storage: Pick<Storage, 'file' | 'readOnly'>, allowPrograms: boolean): PlanAction {
  const source = '(from the dashboard)';
  // Another process trains it, which would refuse a program that it knows nothing of.
  const plan = planFor(storage, source, (problem) => {
    throw new OutsideError(problem);
  });
  return async (definition, folder, engine) => {
    if (!allowPrograms && readDefinition(definition, source).trainer === 'program')
      throw new HttpError(
        'forbidden',
        'Cannot plan a definition with training.program: it says which command is run on this machine; ' +
          '`cosweep serve --allow-programs` takes such definitions',
      );
    return plan(definition, folder, engine);
  };
}

/** What `serve` hands over for definitions that come through HTTP. */
export function planningActions(
  storage: Storage,
  allowPrograms: boolean,
): Required<Pick<Actions, 'plan' | 'keepingTrust'>> {
  return {
    plan: planFromOutside(storage, allowPrograms),
    keepingTrust: (sweepId, change) => keepingTrust(storage, sweepId, change),
  };
}
