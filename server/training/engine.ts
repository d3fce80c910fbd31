import type { Tensor } from '@tensorflow/tfjs-core';

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm';

/** Tensors by name: a step's state, batch, scalars or outputs. */
export type Tensors = Record<string, Tensor>;

/**
 * A pure function of its three arguments: no hidden variables, no optimiser objects, no random operations, no constants
 * that a run could change. Which keys and shapes come in and go out depends on the step's structure alone, never on
 * values.
 *
 * `scalars` arrive as tensors of rank 0. A training step returns a state with the keys and shapes of the given
 * one; an evaluation step returns `state: {}`.
 */
export type Step = (state: Tensors, batch: Tensors, scalars: Tensors) => { state: Tensors; outputs: Tensors };

/** What a step is compiled with: its keys, types and shapes count, its values do not. */
export interface Example {
  state: Tensors;
  batch: Tensors;
  scalars: Record<string, number>;
}

/**
 * A step made ready for one set of shapes. Gives the same bits as the step run operation by operation on its engine.
 */
export interface CompiledStep {
  /** How many shaders one run calls; absent on engines without shaders. */
  readonly dispatches?: number;
  /**
   * Runs the step once. It disposes nothing: the caller disposes `state`, `batch` and the results. The names and shapes
   * of `state`, `batch` and `scalars` must be those of the example that the step was compiled with.
   */
  run(state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors };
  dispose(): void;
}

/** What executes tensors. A process has one engine: `openEngine` makes its backend the one that TensorFlow.js uses. */
export interface Engine {
  readonly name: EngineName;
  /** The processor it runs on, in words (`CPU, 1 thread`, `NVIDIA H100`). */
  readonly device: string;
  /**
   * True where the device is a program that stands in for a GPU. It is for trying and testing, and slower than the
   * engines for processors.
   */
  readonly software?: boolean;
  /**
   * How many bytes of images may stay on the device while they are trained on; absent where every batch brings its own
   * images.
   */
  readonly residentBytes?: number;
  /**
   * How many batches the engine is given at most before their losses are read, so that the device need not wait; absent
   * where a step is finished when `run` returns.
   */
  readonly batchesAhead?: number;
  /**
   * About how many images of 32 × 32 pixels are evaluated at once; present only where fewer than the usual number are
   * faster.
   */
  readonly imagesAtOnce?: number;
  /** Library name → version. */
  readonly versions: Record<string, string>;
  compile(step: Step, example: Example): CompiledStep;
  /** Why the device computes no more; null while it works. A process that has lost its device has to end. */
  lost?(): string | null;
  /** To be awaited before the process ends: some devices must be given back. */
  close(): Promise<void>;
}
