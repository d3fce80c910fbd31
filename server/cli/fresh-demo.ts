import { removeDatabase } from '../store/database/remove-database.ts';
import { sweepNames } from '../store/database/sweep-names.ts';
import { UserError } from '../sweep/user-error.ts';

/** Empties the demo's place of what an earlier demo left, and of nothing else. */
export function freshDemo(db: string, sweep: string): void {
  const names = sweepNames(db);
  if (names === null)
    throw new UserError(`Cannot make the demo's database ${db} anew: a file is there that is no database of Cosweep`);
  const other = names.find((name) => name !== sweep);
  if (other !== undefined)
    throw new UserError(
      `Cannot make the demo's database ${db} anew: it holds the sweep "${other}" too; name another file with --db`,
    );
  removeDatabase(db);
}
