import * as tf from '@tensorflow/tfjs-core';
import type { DataId, KernelConfig, KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { RecordedCall, SlotTensor } from './kernel-recording.ts';

type KernelArguments = Parameters<KernelFunc>[0];

/**
 * Writes down which kernels are called while it watches, with their operands and results. A call is not written down
 * where its results are values that are there already (the same values under another shape). Nor is a call that depends
 * on no input: its results are held as constants.
 */
export class KernelRecorder {
  readonly calls: RecordedCall[] = [];
  readonly constants = new Map<number, DataId>();
  /** True once values were read on the host outside of a kernel. */
  readsValues = false;
  readonly #backend: BackendWasm;
  readonly #slots = new Map<DataId, number>();
  /** Kernels call each other: only the outermost counts. */
  #inKernel = false;

  constructor(backend: BackendWasm) {
    this.#backend = backend;
  }

  get slotCount(): number {
    return this.#slots.size;
  }

  /** Declares a tensor to be an input. */
  input({ dataId }: Tensor): number {
    return this.#newSlot(dataId);
  }

  place({ dataId, shape, dtype }: TensorInfo): SlotTensor {
    return { slot: this.#slotOf(dataId), shape, dtype };
  }

  watch<T>(run: () => T): T {
    const configs = tf.getKernelsForBackend('wasm');
    const kernels = configs.map(({ kernelFunc }) => kernelFunc);
    const { readSync } = this.#backend;
    configs.forEach((config) => (config.kernelFunc = this.#recording(config)));
    this.#backend.readSync = (...where) => {
      if (!this.#inKernel) this.readsValues = true;
      return readSync.apply(this.#backend, where);
    };
    try {
      return run();
    } finally {
      configs.forEach((config, i) => (config.kernelFunc = kernels[i]!));
      this.#backend.readSync = readSync;
    }
  }

  #recording({ kernelName, kernelFunc: kernel }: KernelConfig): KernelFunc {
    return (call) => {
      if (this.#inKernel) return kernel(call);
      this.#inKernel = true;
      try {
        const results = kernel(call);
        this.#note(kernelName, kernel, call, [results].flat());
        return results;
      } finally {
        this.#inKernel = false;
      }
    };
  }

  #note(name: string, kernel: KernelFunc, { inputs, attrs }: KernelArguments, made: TensorInfo[]): void {
    const tensors = Object.entries(inputs).map(([key, tensor]) => [key, tensor && bare(tensor)] as const);
    const operands = tensors.flatMap(([, tensor]) => (tensor ? [{ tensor, slot: this.#slotOf(tensor.dataId) }] : []));
    if (made.every(({ dataId }) => this.#slots.has(dataId))) return;
    const results = made.map(({ dataId }) => this.#newSlot(dataId));
    if (operands.every(({ slot }) => this.constants.has(slot)))
      made.forEach(({ dataId }, i) => this.#hold(results[i]!, dataId));
    else
      this.calls.push({
        name,
        kernel,
        inputs: like(inputs, tensors),
        operands,
        attributes: attrs ?? {},
        results,
        done: [],
      });
  }

  /**
   * A tensor that is neither an input nor the result of a call comes from outside, or from values in JavaScript: it is
   * held as a constant.
   */
  #slotOf(dataId: DataId): number {
    const known = this.#slots.get(dataId);
    if (known !== undefined) return known;
    const slot = this.#newSlot(dataId);
    this.#hold(slot, dataId);
    return slot;
  }

  #newSlot(dataId: DataId): number {
    const slot = this.#slots.size;
    this.#slots.set(dataId, slot);
    return slot;
  }

  #hold(slot: number, dataId: DataId): void {
    this.#backend.incRef(dataId);
    this.constants.set(slot, dataId);
  }
}

function bare({ dataId, shape, dtype }: TensorInfo): TensorInfo {
  return { dataId, shape, dtype };
}

/** Some kernels take their tensors as a list. */
function like(
  inputs: KernelArguments['inputs'],
  tensors: (readonly [string, TensorInfo | undefined])[],
): RecordedCall['inputs'] {
  return Array.isArray(inputs) ? tensors.map(([, tensor]) => tensor!) : Object.fromEntries(tensors);
}
