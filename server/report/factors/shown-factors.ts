import type { ParamValue } from '../../sweep/arm.ts';

/** A report of factors in words and in the unit that is shown: points for accuracies. */
export interface ShownFactors {
  metric: string;
  at: 'last' | 'best';
  /** `points`, or nothing. */
  unit: string;
  /** On which side of 0 a difference is better; null where neither is. */
  better: 'above' | 'below' | null;
  factors: ShownFactor[];
  slices: ShownSlice[];
  /** The largest first. */
  importance: ShownImportance[];
  distances: ShownImportance[] | null;
  trends: ShownTrend[];
  map: ShownMap | null;
  arms: ShownArm[];
}

export interface ShownFactor {
  name: string;
  symbol: string;
}

/** A mean with its interval, in the unit and in words. */
export interface ShownChange {
  mean: number;
  interval: [low: number, high: number] | null;
  text: string;
}

export interface ShownSlice {
  factor: string;
  /** False: no curve, but the steps from one level to the next. */
  isBalanced: boolean;
  /** What is averaged over. */
  note: string;
  /** Empty where it is not balanced. */
  levels: (ShownChange & { value: ParamValue; p: string | null; isSignificant: boolean })[];
  /** Empty where it is balanced. `change` is null where two neighbours have no setting in common. */
  steps: { from: ParamValue; to: ParamValue; settings: number; change: ShownChange | null }[];
  /** The largest contrast in words; null without a balanced slice. */
  contrast: string | null;
}

export interface ShownImportance {
  factor: string;
  symbol: string;
  size: number;
  interval: [low: number, high: number];
  text: string;
  p: string | null;
}

export interface ShownTrend {
  factor: string;
  symbol: string;
  rho: number;
  arms: number;
  p: string | null;
}

export interface ShownMap {
  x: ShownFactor;
  y: ShownFactor;
  columns: ParamValue[];
  rows: ParamValue[];
  /** The end of the colour scale on either side of 0. */
  limit: number;
  /** By row, then by column. */
  cells: ShownMapCell[][];
}

export type ShownMapCell =
  | { kind: 'infeasible' | 'notRun' }
  | (ShownChange & {
      kind: 'shown' | 'dead';
      n: number;
      arms: number[];
      p: string | null;
      isSignificant: boolean;
      /** True where Student's interval includes 0, or where there is none. */
      isUncertain: boolean;
      isBalanced: boolean;
      /** Colour from −4 (worse) to 4 (better). */
      tone: number;
    });

export interface ShownArm {
  arm: number;
  name: string;
  mean: number;
  n: number;
  /** In the order of `factors`. */
  values: ParamValue[];
}
