/**
 * A mistake of the user: shown as one message without a stack, exit code 2. The message says what was attempted, what
 * was found and what is wanted. It is sent over HTTP and stored, so it never quotes a file of data: it names the place
 * and the kind of what stands there.
 */
export class UserError extends Error {
  override name = 'UserError';
  /** A sentence that quotes the file. The terminal alone shows it: whoever may start a command may read the file. */
  readonly detail: string | null;

  constructor(message: string, { detail, cause }: { detail?: string; cause?: unknown } = {}) {
    super(message, { cause });
    this.detail = detail ?? null;
  }
}

/**
 * Something outside of the program went wrong while the program worked: the disk is full, another process took over.
 * Shown as one message without a stack, exit code 1. The message says what was attempted, what was found and what is
 * wanted.
 */
export class OutsideError extends Error {
  override name = 'OutsideError';
}
