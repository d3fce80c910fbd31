import { OutsideError } from '../../sweep/user-error.ts';

/** A signal has stopped a merge, and nothing was stored. */
export class MergeStopped extends OutsideError {
  override name = 'MergeStopped';
  constructor() {
    super('Stopped: nothing was merged, and the database is as it was');
  }
}
