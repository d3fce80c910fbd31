/**
 * A mistake of the user: shown as one message without a stack, exit code 2. Says what was attempted, what was found,
 * what is wanted.
 */
export class UserError extends Error {
  override name = 'UserError';
}
