import type { ImportSource } from '../sweep/settings.ts';

/** What its user says of results that are imported. */
export interface ImportOptions {
  from: ImportSource;
  /** Absolute path of what was read. */
  path: string;
  /** The sweep's name. */
  name: string;
  /** The metric that decides; null: the likeliest. */
  metric: string | null;
  /** Metrics whose direction their name does not tell. */
  minimize: readonly string[];
  maximize: readonly string[];
  /** What the arms have that the others are compared with, `dropout == 0 and lr == 0.1`; null: those without β. */
  control: string | null;
}
