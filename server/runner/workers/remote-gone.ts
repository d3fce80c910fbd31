import { OutsideError } from '../../sweep/user-error.ts';

/** Workers on other machines cannot be reached any more, for whatever sweep. */
export class RemoteGone extends OutsideError {
  override name = 'RemoteGone';
}
