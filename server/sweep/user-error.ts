/**
 * A mistake of the user: shown as one message without a stack, exit code 2. The message says what was attempted, what
 * was found and what is wanted.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/**
 * Something outside of the program went wrong while the program worked: the disk is full, another process took over.
 * Shown as one message without a stack, exit code 1. The message says what was attempted, what was found and what is
 * wanted.
 */
export class OutsideError extends Error {
  override name = 'OutsideError';
}
