import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../../sweep/settings.ts';
import type { Tensors } from '../engine.ts';

/**
 * The scalars that optimisers read; `correction1` and `correction2` are Adam's 1 − βᵗ⁺¹, computed on the host in
 * float64.
 */
export type OptimizerScalars = Record<
  | 'learningRate'
  | 'momentum'
  | 'beta1'
  | 'beta2'
  | 'correction1'
  | 'correction2'
  | 'adamEpsilon'
  | 'weightDecay'
  | 'clipNorm',
  Tensor
>;

/** One parameter before a step. */
export interface ParameterUpdate {
  weight: Tensor;
  gradient: Tensor;
  /** By slot name, shapes as the weight. */
  slots: Tensors;
  /** Weight decay acts on kernels, not on biases and batch norm's scales. */
  decays: boolean;
}

/** An optimiser is the names of its slots (which start at 0) and a pure update of one parameter, as in optax. */
export interface Optimizer {
  slots: string[];
  update(parameter: ParameterUpdate, scalars: OptimizerScalars): { weight: Tensor; slots: Tensors };
}

/** What is switched on; numbers are scalars. */
export type OptimizerStructure = Pick<OptimizerSettings, 'name' | 'nesterov'> & { decay: boolean; clip: boolean };
