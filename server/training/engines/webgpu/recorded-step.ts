import type { Tensor } from '@tensorflow/tfjs-core';
import type { CompiledStep, Tensors } from '../../engine.ts';
import { takeScalars, takeTensors } from '../take-arguments.ts';
import { bytesOf, flush, storageUsage, tensorOn, type WebgpuBackend } from './backend.ts';
import { BindGroups } from './bind-groups.ts';
import type { Device } from './device.ts';
import { FixedMemory, type Place } from './fixed-memory.ts';
import type { RecordedBuffer } from './dispatch-recorder.ts';
import { StateBuffers } from './state-buffers.ts';
import type { DispatchRecording } from './trace.ts';

/** A step that is played back: its dispatches in one pass, handed to the GPU at once. */
export class RecordedStep implements CompiledStep {
  readonly #backend: WebgpuBackend;
  readonly #device: Device;
  readonly #recording: DispatchRecording;
  readonly #memory: FixedMemory;
  readonly #states: StateBuffers;
  readonly #groups: BindGroups;
  /** Results that are copied from where they are computed; all others are computed where they stay. */
  readonly #copied: DispatchRecording['outputs'];
  /** Memory for batches that come from the host, by number in the batch. */
  readonly #uploads = new Map<number, GPUBuffer>();

  constructor(backend: WebgpuBackend, device: Device, recording: DispatchRecording) {
    this.#backend = backend;
    this.#device = device;
    this.#recording = recording;
    const states = computedStates(recording);
    this.#copied = recording.outputs.filter((output) => !states.includes(output));
    const changing = [...recording.state, ...recording.batch, ...states].map(({ buffer }) => buffer);
    this.#memory = new FixedMemory(backend, recording, new Set(changing));
    this.#states = new StateBuffers(backend, states);
    this.#groups = new BindGroups(
      device.gpuDevice,
      recording.dispatches,
      (buffer) => this.#memory.placeOf(buffer),
      changing,
    );
  }

  get dispatches(): number {
    return this.#recording.dispatches.length;
  }

  run(state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors } {
    this.#device.check();
    const { gpuDevice } = this.#device;
    const recording = this.#recording;
    const values = takeScalars(
      recording.scalars.map(({ name }) => name),
      scalars,
    );
    const given = [
      ...takeTensors('state', recording.state, state).map((tensor) => this.#onDevice(tensor)),
      ...takeTensors('batch', recording.batch, batch).map((tensor, i) => this.#uploaded(tensor, i)),
    ];
    flush(this.#backend);
    this.#memory.writeScalars(values);
    const made = this.#states.take();
    const encoder = gpuDevice.createCommandEncoder();
    this.#encode(encoder, this.#groups.at([...given, ...made.buffers]));
    const result: { state: Tensors; outputs: Tensors } = { state: made.tensors, outputs: {} };
    for (const { part, key, shape, dtype, buffer } of this.#copied) {
      result[part][key] = tensorOn(
        this.#backend,
        shape,
        dtype,
        this.#copy(encoder, this.#placeOf(buffer, given)),
        false,
      );
    }
    gpuDevice.queue.submit([encoder.finish()]);
    return result;
  }

  dispose(): void {
    flush(this.#backend);
    this.#memory.dispose();
    this.#states.dispose();
    for (const buffer of this.#uploads.values()) this.#backend.bufferManager.releaseBuffer(buffer, false);
  }

  #onDevice({ dataId }: Tensor): GPUBuffer {
    this.#backend.uploadToGPU(dataId);
    return this.#backend.tensorMap.get(dataId).resource!;
  }

  /**
   * The buffer with the values of a batch's tensor. Values that are still on the host go into a buffer that is written
   * anew for every batch, unless the tensor is kept.
   */
  #uploaded(tensor: Tensor, i: number): GPUBuffer {
    const { dataId, shape, dtype } = tensor;
    const { resource, values, refCount } = this.#backend.tensorMap.get(dataId);
    if (resource) return resource;
    if (refCount > 1) return this.#onDevice(tensor); // somebody keeps it for other batches
    let buffer = this.#uploads.get(i);
    if (!buffer)
      this.#uploads.set(
        i,
        (buffer = this.#backend.bufferManager.acquireBuffer(bytesOf(shape), storageUsage(), false, false)),
      );
    this.#backend.queue.writeBuffer(
      buffer,
      0,
      dtype === 'bool' ? Int32Array.from(values!) : (values as Float32Array<ArrayBuffer>),
    );
    return buffer;
  }

  #encode(encoder: GPUCommandEncoder, groups: GPUBindGroup[]): void {
    const pass = encoder.beginComputePass();
    let current: GPUComputePipeline | null = null;
    this.#recording.dispatches.forEach(({ pipeline, workgroups: [x, y, z] }, i) => {
      if (pipeline !== current) pass.setPipeline((current = pipeline));
      pass.setBindGroup(0, groups[i]!);
      pass.dispatchWorkgroups(x, y, z);
    });
    pass.end();
  }

  #placeOf(buffer: RecordedBuffer, given: GPUBuffer[]): Place {
    const { state, batch } = this.#recording;
    const input = [...state, ...batch].findIndex((tensor) => tensor.buffer === buffer);
    return input === -1 ? this.#memory.placeOf(buffer)! : { buffer: given[input]!, offset: 0, size: buffer.size };
  }

  #copy(encoder: GPUCommandEncoder, { buffer, offset, size }: Place): GPUBuffer {
    const copy = this.#backend.bufferManager.acquireBuffer(size, storageUsage());
    encoder.copyBufferToBuffer(buffer, offset, copy, 0, size);
    return copy;
  }
}

/**
 * The tensors of the new state that a dispatch computes: none that is only passed on, and none that is returned twice.
 */
function computedStates({ dispatches, outputs }: DispatchRecording): DispatchRecording['outputs'] {
  const written = new Set(dispatches.map(({ buffers }) => buffers[0]));
  const returned = (buffer: RecordedBuffer): number => outputs.filter((output) => output.buffer === buffer).length;
  return outputs.filter(({ part, buffer }) => part === 'state' && written.has(buffer) && returned(buffer) === 1);
}
