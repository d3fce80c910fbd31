import { flush, storageUsage, type WebgpuBackend } from './backend.ts';
import { groupBy } from '../../../sweep/group-by.ts';
import { planMemory } from './plan-memory.ts';
import type { RecordedBuffer } from './dispatch-recorder.ts';
import type { DispatchRecording } from './trace.ts';

/** Where in the device's memory a buffer of a recording is. */
export type Place = Required<GPUBufferBinding>;

/** Memory of a recording that stays where it is, run after run: constants, scalars and temporary results. */
export class FixedMemory {
  readonly #backend: WebgpuBackend;
  readonly #buffers: GPUBuffer[] = [];
  readonly #places = new Map<RecordedBuffer, Place>();
  readonly #scalars: GPUBuffer | null;
  readonly #scalarValues: Float32Array<ArrayBuffer>;

  /** @param elsewhere buffers that change from run to run */
  constructor(backend: WebgpuBackend, recording: DispatchRecording, elsewhere: Set<RecordedBuffer>) {
    this.#backend = backend;
    const { dispatches, scalars, outputs } = recording;
    const all = new Set([...dispatches.flatMap(({ buffers }) => buffers), ...outputs.map(({ buffer }) => buffer)]);
    const constants = [...all].filter(({ contents }) => contents !== null);
    this.#pack(
      constants.filter(({ usage }) => usage & GPUBufferUsage.UNIFORM),
      GPUBufferUsage.UNIFORM,
    );
    this.#pack(
      constants.filter(({ usage }) => usage & GPUBufferUsage.STORAGE),
      storageUsage(),
    );
    this.#scalars = this.#pack(
      scalars.map(({ buffer }) => buffer),
      storageUsage(),
    );
    this.#scalarValues = new Float32Array((this.#scalars?.size ?? 0) / 4);
    const temporary = (buffer: RecordedBuffer): boolean => !this.#places.has(buffer) && !elsewhere.has(buffer);
    for (const { size, buffers } of planMemory(dispatches, temporary, new Set(outputs.map(({ buffer }) => buffer)))) {
      const piece = this.#acquire(size, storageUsage());
      for (const buffer of buffers) this.#places.set(buffer, { buffer: piece, offset: 0, size: buffer.size });
    }
  }

  /** Null for a buffer that changes from run to run. */
  placeOf(buffer: RecordedBuffer): Place | null {
    return this.#places.get(buffer) ?? null;
  }

  /** @param values in the recording's order */
  writeScalars(values: number[]): void {
    if (!this.#scalars) return;
    const step = this.#alignment() / 4;
    values.forEach((value, i) => (this.#scalarValues[i * step] = value));
    this.#backend.queue.writeBuffer(this.#scalars, 0, this.#scalarValues);
  }

  dispose(): void {
    flush(this.#backend);
    for (const buffer of this.#buffers) this.#backend.bufferManager.releaseBuffer(buffer, false);
  }

  /**
   * Puts buffers side by side into one, so that Dawn has only one to look after. Those of the same contents share a
   * place.
   */
  #pack(buffers: RecordedBuffer[], usage: number): GPUBuffer | null {
    if (buffers.length === 0) return null;
    const groups = groupBy(buffers, (buffer) =>
      buffer.contents ? Buffer.from(buffer.contents).toString('base64') : buffer,
    );
    const alignment = this.#alignment();
    let size = 0;
    const placed = [...groups.values()].map((same) => {
      const offset = size;
      size += Math.ceil(same[0]!.size / alignment) * alignment;
      return { same, offset };
    });
    const packed = this.#acquire(size, usage | GPUBufferUsage.COPY_DST);
    for (const { same, offset } of placed) {
      for (const buffer of same) this.#places.set(buffer, { buffer: packed, offset, size: buffer.size });
      const [{ contents }] = same as [RecordedBuffer];
      if (contents) this.#backend.queue.writeBuffer(packed, offset, contents);
    }
    return packed;
  }

  #alignment(): number {
    const { minStorageBufferOffsetAlignment, minUniformBufferOffsetAlignment } = this.#backend.device.limits;
    return Math.max(minStorageBufferOffsetAlignment, minUniformBufferOffsetAlignment);
  }

  #acquire(size: number, usage: number): GPUBuffer {
    const buffer = this.#backend.bufferManager.acquireBuffer(size, usage, false, false);
    this.#buffers.push(buffer);
    return buffer;
  }
}
