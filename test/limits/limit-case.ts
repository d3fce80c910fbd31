/** One row of the table in `docs/limits.md`, and an input that is one too large. */
export interface LimitCase {
  /** The row's first cell. */
  what: string;
  /** Gives that input. @returns everything the user is told */
  error: () => string | Promise<string>;
}
