/**
 * A mistake of the user: shown as one message without a stack, exit code 2. Says what was attempted, what was found,
 * what is wanted.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/**
 * Something outside of the program went wrong while it worked: the disk is full, another process took over. Shown as
 * one message without a stack, exit code 1. Says what was attempted, what was found, what is wanted.
 */
export class OutsideError extends Error {
  override name = 'OutsideError';
}
