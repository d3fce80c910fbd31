import type { Ablation } from './ablations.ts';
import type { Assignment, ParamValue } from '../arm.ts';
import type { Constraint } from './constraint.ts';
import type { Metric } from '../metrics.ts';
import type { ParameterInput } from '../schema/parameter-schema.ts';
import type { Trainer } from './trainer.ts';

export type NUnit = 'batches' | 'fraction' | 'epoch';

/** One parameter of a definition, under its canonical name (`alpha` for `α`). */
export interface Parameter {
  name: string;
  /** How N is given; null for every other parameter. */
  unit: NUnit | null;
  space: ParameterInput;
}

/** A checked definition: what `planSweep` makes a plan of. */
export interface Definition {
  name: string;
  description: string;
  method: 'grid' | 'random';
  metric: { name: string; goal: 'maximize' | 'minimize' };
  /** The metrics that it names itself, besides those of `METRICS`. */
  metrics: Metric[];
  /** In declaration order. */
  parameters: Parameter[];
  /** The constraints of the definition. If gamma > alpha > beta is not among them, it stands before them. */
  constraints: Constraint[];
  include: Assignment[];
  exclude: Assignment[];
  seeds: number[];
  ablations: Ablation[];
  /** Of a program without β: what the arms have that others are compared with. */
  control: Assignment | null;
  /** Who trains its runs. */
  trainer: Trainer;
  /** null for a grid. */
  runCap: number | null;
  samplerSeed: number;
  /** As written: defaults are filled in once the swept settings are assigned. */
  loss: Record<string, unknown>;
  training: Record<string, unknown>;
}

/** The value of a parameter that has only one; undefined for an axis of the search. */
export function singleValue({ space }: Parameter): ParamValue | undefined {
  if (space.distribution === 'constant') return space.value;
  return space.distribution === 'categorical' && space.values.length === 1 ? space.values[0] : undefined;
}
