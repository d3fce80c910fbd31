import type { ParamValue } from '../../sweep/arm.ts';
import type { EffectMap } from './effect-map.ts';
import type { Importance } from './importance.ts';
import type { Slice } from './slices.ts';
import type { Trend } from './trends.ts';

/** How the difference to the control depends on the parameters. Exploratory: each parameter is a family of tests. */
export interface FactorReport {
  /** The parameters that vary among the arms with a difference. */
  factors: string[];
  slices: Slice[];
  /** Of the parameters that have a balanced slice, the largest first. */
  importance: Importance[];
  /** The same with γ − α and α − β in place of α and β; null where they do not vary, or have no balanced slice. */
  distances: Importance[] | null;
  /** Of the parameters that were drawn at random. */
  trends: Trend[];
  map: EffectMap | null;
  /** The arms by themselves, for the dots. */
  arms: FactorArm[];
}

export interface FactorArm {
  index: number;
  name: string;
  setting: Readonly<Record<string, ParamValue>>;
  /** Mean difference to the control. */
  mean: number;
  n: number;
}
