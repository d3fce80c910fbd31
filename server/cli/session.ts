import type { Output } from './output.ts';

/** What every command gets: where to write, and the options that are the same for all of them. */
export interface Session {
  output: Output;
  /** Absolute path of the database. */
  db: string;
  /** One JSON document on stdout instead of text. */
  json: boolean;
  quiet: boolean;
}
