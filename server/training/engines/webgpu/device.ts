import { setTimeout as sleep } from 'node:timers/promises';

/** Reading from a lost device fails at once. The reason of the loss is known soon after, within these milliseconds. */
const REASON_WITHIN = 1000;

/**
 * Limits that are asked for as high as the adapter has them: TensorFlow.js chooses shaders by these, and large models
 * need large buffers.
 */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

export async function openDevice(adapter: GPUAdapter): Promise<Device> {
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  return new Device(await adapter.requestDevice({ requiredLimits }));
}

/** A GPU in use. From its first error on, nothing that it computes can be trusted. */
export class Device {
  readonly gpuDevice: GPUDevice;
  #trouble: string | null = null;
  #closing = false;

  constructor(gpuDevice: GPUDevice) {
    this.gpuDevice = gpuDevice;
    gpuDevice.onuncapturederror = ({ error }) =>
      (this.#trouble ??= `it reported an error (${error.message.split('\n')[0]})`);
    void gpuDevice.lost.then(
      ({ message }) => (this.#trouble ??= `it was lost (${message || 'the driver gives no reason'})`),
    );
  }

  /** Why it can be used no more; null while all is well. */
  lost(): string | null {
    return this.#closing ? null : this.#trouble;
  }

  check(): void {
    if (this.#trouble !== null)
      throw new Error(
        `Cannot compute on the GPU: ${this.#trouble}. Wanted: a device that is there to the end; ` +
          'what was trained since the last checkpoint is trained again.',
      );
  }

  /** The values that are read; throws where the device was lost meanwhile. */
  async reading<T>(values: Promise<T>): Promise<T> {
    try {
      const read = await values;
      this.check();
      return read;
    } catch (error) {
      await Promise.race([this.gpuDevice.lost, sleep(REASON_WITHIN, null, { ref: false })]);
      this.check(); // says why
      throw error;
    }
  }

  /**
   * Gives the device back. A process that ends with a live device may crash: its memory is taken away while Dawn's
   * threads still run.
   */
  async close(): Promise<void> {
    this.#closing = true;
    this.gpuDevice.destroy();
    await this.gpuDevice.lost;
  }
}
