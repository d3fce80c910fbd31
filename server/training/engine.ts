import type { Tensor } from '@tensorflow/tfjs-core';

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm';

/** Tensors by name: a step's state, batch, scalars or outputs. */
export type Tensors = Record<string, Tensor>;

/**
 * A pure function of its three arguments: no hidden variables, no optimiser objects, no random operations, no constants
 * that a run could change. Which keys and shapes come in and go out depends on the step's structure alone, never on
 * values.
 *
 * `scalars` arrive as tensors of rank 0. A step that trains returns the keys and shapes of `state` that it was given;
 * one that only evaluates returns `state: {}`.
 */
export type Step = (state: Tensors, batch: Tensors, scalars: Tensors) => { state: Tensors; outputs: Tensors };

/**
 * A step made ready for one set of shapes. Gives the same bits as the step run operation by operation on its engine.
 */
export interface CompiledStep {
  /** Calls of shaders in one run; absent where an engine does not work by such calls. */
  readonly dispatches?: number;
  /**
   * Runs the step once. Disposes nothing that it was given; the caller disposes `state`, `batch` and what is returned.
   * The names and shapes of `state`, `batch` and `scalars` must be those of the example it was compiled with.
   */
  run(state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors };
  dispose(): void;
}

/** What executes tensors. One engine a process: `open` makes its backend the one that TensorFlow.js uses. */
export interface Engine {
  readonly name: EngineName;
  /** The processor it runs on, in words (`CPU, 1 thread`, `NVIDIA H100`). */
  readonly device: string;
  /**
   * True: a program that passes itself off as a GPU, for trying and testing; slower than the engines for processors.
   */
  readonly software?: boolean;
  /**
   * Up to how many bytes of images stay on its device for as long as they are trained on; absent where batches bring
   * their images.
   */
  readonly residentBytes?: number;
  /**
   * Up to how many batches it is given before their losses are read, so that it need not wait; absent where a step has
   * run when `run` returns.
   */
  readonly batchesAhead?: number;
  /**
   * About how many images of 32 × 32 pixels it evaluates at once, where fewer are faster than the many that others are
   * given.
   */
  readonly imagesAtOnce?: number;
  /** Library name → version. */
  readonly versions: Record<string, string>;
  compile(step: Step, example: { state: Tensors; batch: Tensors; scalars: Record<string, number> }): CompiledStep;
  /** Why its device computes no more; null while it does. A process in which it is lost has to end. */
  lost?(): string | null;
  /** To be awaited before the process ends: some devices must be given back. */
  close(): Promise<void>;
}
