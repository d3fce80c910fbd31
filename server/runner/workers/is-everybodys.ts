import { isDatabaseError } from '../../store/database/database-error.ts';
import { LeaseLostError } from '../../store/database/lease.ts';
import { ReplacedError } from '../../store/database/replaced.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { RemoteGone } from './remote-gone.ts';

/** What would stop every other sweep too. An engine that does not open, or data that cannot be read, stops its own. */
export function isEverybodys(error: unknown): boolean {
  if (
    error instanceof RemoteGone ||
    error instanceof LeaseLostError ||
    error instanceof ReplacedError ||
    isDatabaseError(error)
  )
    return true;
  return !(error instanceof UserError || error instanceof OutsideError);
}
