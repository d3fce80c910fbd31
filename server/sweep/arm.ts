import type { LossSettings, TrainingSettings } from './settings.ts';

/** The five numbers of the combined loss; N in batches. */
export interface Hyperparameters {
  alpha: number;
  beta: number;
  gamma: number;
  epsilon: number;
  N: number;
}

export type ParamValue = number | string | boolean | null;

/** Values of parameters by canonical name; N in the unit in which the definition gives it. */
export type Assignment = Record<string, ParamValue>;

/** One assignment of hyperparameters: one row of the ablation table. */
export interface Arm extends Hyperparameters {
  /** Position in the plan, from 0. */
  index: number;
  /** Built from what varies, e.g. `α0.5 β0.1 N200`. */
  name: string;
  /** Name of the ablation it was derived by; null for a point of the search. */
  ablation: string | null;
  /** True for an arm without the intra-class phase. */
  control: boolean;
  /** Index of the arm without the intra-class phase and with the same everything else; null where there is none. */
  controlIndex: number | null;
  /**
   * Of an ablation with settings of the user's own: indices of the arms that it was derived from, which it is compared
   * with. Several where they differ in nothing but what the ablation sets.
   */
  parents: number[];
  /** Every swept key besides the five numbers (`training.optimizer.learningRate`, …) and its value in this arm. */
  swept: Record<string, ParamValue>;
  loss: LossSettings;
  training: TrainingSettings;
}
