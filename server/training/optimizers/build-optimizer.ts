import type { OptimizerSettings } from '../../sweep/settings.ts';
import type { OptimizerStructure, Optimizer } from './optimizer.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { momentum } from './momentum.ts';
import { sgd } from './sgd.ts';

export function buildOptimizer(structure: OptimizerStructure): Optimizer {
  const optimizers: Record<OptimizerSettings['name'], (structure: OptimizerStructure) => Optimizer> = {
    sgd,
    momentum,
    adam,
    adamw,
  };
  return optimizers[structure.name](structure);
}
