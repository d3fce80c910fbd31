import { UserError } from '../../sweep/user-error.ts';
import type { LeaseHolder } from '../database/lease.ts';

/**
 * Refuses to train a sweep anew while another process trains: that process would take the queued sweep and train only
 * what the database does not hold. To be called before anything is changed, so that a refused sweep is not trained
 * after all.
 *
 * @param sweep as the user knows it
 * @param holder the process that trains on the database; null where none does
 */
export function refuseFresh(sweep: string, holder: LeaseHolder | null): void {
  if (!holder) return;
  throw new UserError(
    `Cannot train ${sweep} anew: process ${holder.pid} on ${holder.host} trains on this database; ` +
      'wait until it is done, or stop it',
  );
}
