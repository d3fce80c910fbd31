/** How a column of a view is kept in Parquet. `flag` is 0 or 1 in SQL, `time` a text there. */
export type ColumnType = 'whole' | 'number' | 'text' | 'flag' | 'time';

/** The columns of a file, in order. */
export type Columns = Record<string, ColumnType>;

/** The columns of the views, as docs/sql.md lists them. */
export const RUN_COLUMNS: Columns = {
  sweep_id: 'whole',
  sweep: 'text',
  arm_index: 'whole',
  arm: 'text',
  ablation: 'text',
  control: 'flag',
  control_index: 'whole',
  alpha: 'number',
  beta: 'number',
  gamma: 'number',
  epsilon: 'number',
  N: 'whole',
  swept: 'text',
  seed: 'whole',
  run_id: 'whole',
  state: 'text',
  reused: 'flag',
  engine: 'text',
  device: 'text',
  bits: 'text',
  trained: 'whole',
  batches: 'whole',
  seconds: 'number',
  diverged_batch: 'whole',
  error: 'text',
  started_at: 'time',
  finished_at: 'time',
};

export const CURVE_COLUMNS: Columns = { run_id: 'whole', metric: 'text', batch: 'whole', value: 'number' };

export const PAIR_COLUMNS: Columns = {
  sweep_id: 'whole',
  sweep: 'text',
  arm_index: 'whole',
  arm: 'text',
  control_index: 'whole',
  control: 'text',
  seed: 'whole',
  run_id: 'whole',
  control_run_id: 'whole',
  metric: 'text',
  value: 'number',
  control_value: 'number',
  difference: 'number',
};
