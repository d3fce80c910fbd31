import type { Output } from './output.ts';

/** What every command gets: where to write, and the options that are the same for all of them. */
export interface Session {
  output: Output;
  /** Absolute path of the database. */
  db: string;
  /** The folder for its checkpoints, where it was named. */
  checkpoints: string | null;
  /** One JSON document on stdout instead of text. */
  json: boolean;
  quiet: boolean;
}
