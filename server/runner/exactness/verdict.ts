/** What a check has found of a program that forks. */
export type Verdict = Checked &
  (
    | { kind: 'exact' }
    /** What it trains is not decided by its order and its checkpoint. */
    | { kind: 'inexact'; difference: Difference; causes: string[] }
    /** It does not keep to the protocol. */
    | { kind: 'broken'; found: string }
  );

/** What was checked, and on what. */
export interface Checked {
  /** `program:…` */
  engine: string;
  /** The name of the arm, the seed, and the batches: [0, to), with a fork at `fork`. */
  arm: string;
  seed: number;
  fork: number;
  to: number;
  /** Where the program ran, as it says it; null where it said nothing. */
  device: string | null;
  versions: Record<string, string>;
  seconds: number;
  /** What does not speak against it, and is good to know. */
  warnings: string[];
}

/** Which two trainings of the same batches differ. */
export type Comparison = 'repeated' | 'trunk' | 'forked' | 'continued';

/** The first place where two trainings of the same batches differ. */
export interface Difference {
  comparison: Comparison;
  batch: number;
  /** null: every metric is the same, and the state after `batch` batches is not. */
  metric: string | null;
  /** Of the training from batch 0 to the end, and of the other one; null where it reported none. */
  values: [Value, Value];
}

/** Text for what JSON has no number for, and for the digest of a state. */
export type Value = number | string | null;

/** `train/total at batch 21: 0.5 in one piece, 0.25 after a fork at batch 20` */
export function describeDifference({ comparison, batch, metric, values }: Difference, fork: number): string {
  const [whole, other] = values.map(valueInWords);
  const how = {
    repeated: 'when trained once more',
    trunk: `in a trunk that ends at batch ${fork}`,
    forked: `after a fork at batch ${fork}`,
    continued: 'when continued after kill -9',
  }[comparison];
  return `${placeInWords({ batch, metric })}: ${whole} in one piece, ${other} ${how}`;
}

/** `train/total at batch 21`, or where no metric differs `the state after batch 21` */
export function placeInWords({ batch, metric }: Pick<Difference, 'batch' | 'metric'>): string {
  return metric === null ? `the state after batch ${batch}` : `${metric} at batch ${batch}`;
}

export function valueInWords(value: Value): string {
  return value === null ? 'nothing' : shorten(String(value));
}

/** Digests differ in their first characters. */
function shorten(text: string): string {
  return text.length > 30 ? `${text.slice(0, 12)}…` : text;
}
