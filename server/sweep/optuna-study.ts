/** One study of Optuna as its SQLite storage holds it. */
export interface OptunaStudy {
  name: string;
  directions: { objective: number; direction: string }[];
  /** Names of the objectives; null where the study has none. */
  metricNames: string[] | null;
  trials: OptunaTrial[];
}

export interface OptunaTrial {
  number: number;
  /** COMPLETE, PRUNED, FAIL, RUNNING or WAITING */
  state: string;
  startedAt: string | null;
  completedAt: string | null;
  /** A categorical one has the index of its choice; `distribution` is JSON. */
  parameters: { name: string; value: number; distribution: string }[];
  /** By objective; null where it is not finite. */
  values: { objective: number; value: number | null }[];
  reports: { step: number; value: number | null }[];
  /** Values are JSON. */
  attributes: { key: string; value: string }[];
}
