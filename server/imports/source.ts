import type { ParamValue } from '../sweep/arm.ts';

/** Results as another tool wrote them, before their names mean anything here. */
export interface Source {
  runs: SourceRun[];
  /** By the names of metrics: what the tool itself says of their direction. */
  goals: Record<string, Goal>;
  /** What whoever imports them should know, one sentence each. */
  notes: string[];
}

export type Goal = 'maximize' | 'minimize';

export interface SourceRun {
  /** Where it stands, as a problem names it: `line 2`, a folder, a trial. */
  place: string;
  /** What its tool calls it, the same whenever it is read again; null where it has no name of its own. */
  id: string | null;
  /** By the name that its tool gives a parameter. A parameter that it does not have is left out. */
  parameters: Record<string, ParamValue>;
  /** By the name that its tool gives a metric. */
  curves: Map<string, SourceCurve>;
  /** Why it did not come to its end; null where it did. */
  failure: string | null;
  /** Milliseconds since 1970; null where nobody says. */
  startedAt: number | null;
  /** From its first to its last value; null where nobody says. */
  seconds: number | null;
}

/** One metric of one run; batches ascend, none twice. A value that is no finite number is NaN. */
export interface SourceCurve {
  batches: number[];
  values: number[];
}
