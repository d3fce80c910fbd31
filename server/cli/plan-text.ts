import { HttpError } from '../http/http-error.ts';
import type { PlanAction } from '../http/answers/plan-action.ts';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import type { Storage } from '../store/database/storage.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import { trustPlanned } from './own-program.ts';
import { planDefinition } from './plan-definition.ts';

/**
 * Plans definitions for sweeps of a database. The program of one that is written by the user, and not made from a
 * stored sweep, is the user's own from then on.
 *
 * @param source how messages call a definition: `(of the confirmation)`
 */
export function planFor(storage: Pick<Storage, 'file' | 'readOnly'>, source: string): PlanAction {
  const keeping = storage.readOnly ? {} : { programs: programsFolderOf(storage) };
  return async (definition, folder, engine) => {
    const made = await planDefinition(readDefinition(definition, source), folder, {
      ...keeping,
      engine: engine ?? null,
    });
    // What is made from a stored sweep may be of a database from elsewhere.
    if (engine === undefined && !storage.readOnly) await trustPlanned(storage, made);
    return made;
  };
}

/**
 * The same for definitions that came through HTTP. One that names a program is a command line, which only a server that
 * was started for it takes.
 */
export function planFromOutside(storage: Pick<Storage, 'file' | 'readOnly'>, allowPrograms: boolean): PlanAction {
  const source = '(from the dashboard)';
  const plan = planFor(storage, source);
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
