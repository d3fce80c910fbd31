import { UserError } from '../../sweep/user-error.ts';
import type { LeaseHolder } from '../database/lease.ts';

/**
 * Training anew is not asked of another process: that takes what is queued from what the database holds. Asked before
 * anything is changed, so that what is refused is not trained after all.
 *
 * @param sweep as the user knows it @param holder who trains on the database; null where nobody does
 */
export function refuseFresh(sweep: string, holder: LeaseHolder | null): void {
  if (!holder) return;
  throw new UserError(
    `Cannot train ${sweep} anew: process ${holder.pid} on ${holder.host} trains on this database; wait until it is done, or stop it`,
  );
}
