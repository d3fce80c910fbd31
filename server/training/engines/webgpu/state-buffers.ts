import type { Tensors } from '../../engine.ts';
import { bytesOf, flush, storageUsage, tensorOn, type WebgpuBackend } from './backend.ts';
import type { RecordedTensor } from './trace.ts';

/** Memory for one state. */
interface BufferSet {
  buffers: GPUBuffer[];
  /** Data of the tensors that were last made of the buffers. */
  dataIds: object[];
}

/**
 * Memory that a step writes new states into, so that states are never copied. Where the caller keeps one state at a
 * time, two sets of buffers take turns. Where it keeps older states too, each of them has a set of its own.
 */
export class StateBuffers {
  readonly #backend: WebgpuBackend;
  readonly #tensors: RecordedTensor[];
  readonly #sets: BufferSet[] = [];

  constructor(backend: WebgpuBackend, tensors: RecordedTensor[]) {
    this.#backend = backend;
    this.#tensors = tensors;
  }

  /** Tensors whose values are still to be written, and their buffers in the order of the recording. */
  take(): { tensors: Tensors; buffers: GPUBuffer[] } {
    const set = this.#sets.find((each) => !this.#inUse(each)) ?? this.#add();
    const tensors = this.#tensors.map(({ shape, dtype }, i) =>
      tensorOn(this.#backend, shape, dtype, set.buffers[i]!, true),
    );
    set.dataIds = tensors.map(({ dataId }) => dataId);
    return { tensors: Object.fromEntries(this.#tensors.map(({ key }, i) => [key, tensors[i]!])), buffers: set.buffers };
  }

  /** Buffers that are still in use are left to their tensors. */
  dispose(): void {
    flush(this.#backend);
    const { tensorMap, bufferManager } = this.#backend;
    for (const { buffers, dataIds } of this.#sets) {
      buffers.forEach((buffer, i) => {
        const dataId = dataIds[i]!;
        if (tensorMap.has(dataId)) tensorMap.get(dataId).external = false;
        else bufferManager.releaseBuffer(buffer, false);
      });
    }
  }

  #inUse({ dataIds }: BufferSet): boolean {
    return dataIds.some((dataId) => this.#backend.tensorMap.has(dataId));
  }

  #add(): BufferSet {
    const buffers = this.#tensors.map(({ shape }) =>
      this.#backend.bufferManager.acquireBuffer(bytesOf(shape), storageUsage()),
    );
    const set = { buffers, dataIds: [] };
    this.#sets.push(set);
    return set;
  }
}
