import type { WebgpuBackend, BufferManager } from './backend.ts';

/**
 * A buffer of a recording: no memory yet, but a size and, where the backend has written values into it, its contents.
 */
export interface RecordedBuffer {
  readonly size: number;
  readonly usage: number;
  /** Null where the buffer is handed in, or written by a dispatch. */
  readonly contents: ArrayBuffer | null;
}

/** One call of a shader. */
export interface Dispatch {
  pipeline: GPUComputePipeline;
  /** By binding number. The first is written, those after it are read; the last holds the shader's uniforms. */
  buffers: RecordedBuffer[];
  workgroups: [number, number, number];
}

/**
 * Stands in for the device while a step runs once: the backend's requests are written down, and nothing is computed.
 * Only shaders are compiled, by the real device, into the backend's own cache.
 */
export class DispatchRecorder {
  readonly dispatches: Dispatch[] = [];
  readonly #backend: WebgpuBackend;
  /** Data of tensors that were made while recording. */
  readonly #made = new WeakSet<object>();

  constructor(backend: WebgpuBackend) {
    this.#backend = backend;
    Object.setPrototypeOf(EmptyBuffer.prototype, GPUBuffer.prototype); // the backend asks `instanceof`
  }

  /** A buffer that is handed in. */
  createInput(size: number): GPUBuffer & RecordedBuffer {
    return new EmptyBuffer(size, GPUBufferUsage.STORAGE) as unknown as GPUBuffer & RecordedBuffer;
  }

  /** Runs `work` with the backend on this recorder; afterwards the backend is as it was. */
  record<T>(work: () => T): T {
    const backend = this.#backend;
    const standIns = this.#standIns();
    const own = Object.fromEntries(
      Object.keys(standIns).map((name) => [name, Object.getOwnPropertyDescriptor(backend, name)]),
    );
    Object.assign(backend, standIns);
    try {
      return work();
    } finally {
      if (backend.commandEncoder) backend.submitQueue(); // until then the backend keeps data that was disposed
      backend.computePassEncoder = null;
      for (const [name, descriptor] of Object.entries(own)) {
        if (descriptor) Object.defineProperty(backend, name, descriptor);
        else delete backend[name as keyof WebgpuBackend]; // a method of its class was covered
      }
    }
  }

  #standIns(): Partial<WebgpuBackend> {
    const backend = this.#backend;
    const { write, uploadToGPU } = backend;
    return {
      device: this.#standInDevice(backend.device),
      queue: standInQueue,
      bufferManager: standInBuffers,
      write: (...tensor) => {
        const dataId = write.apply(backend, tensor);
        this.#made.add(dataId);
        return dataId;
      },
      uploadToGPU: (dataId) => {
        if (!this.#made.has(dataId)) throw outsider();
        uploadToGPU.call(backend, dataId);
      },
      readSync: (dataId) => {
        const { values } = backend.tensorMap.get(dataId);
        if (values && this.#made.has(dataId)) return values;
        throw new Error(
          'Cannot compile the step: it reads the values of a tensor that depends on its arguments ' +
            '(dataSync or the like). Wanted: tensor operations only, whichever values come in.',
        );
      },
    };
  }

  #standInDevice(device: GPUDevice): GPUDevice {
    const standIn: Partial<GPUDevice> = {
      limits: device.limits,
      features: device.features,
      createShaderModule: (descriptor) => device.createShaderModule(descriptor),
      createComputePipeline: (descriptor) => device.createComputePipeline(descriptor),
      createBindGroup: ({ entries }) =>
        ({ buffers: Array.from(entries, ({ resource }) => recordedBuffer(resource)) }) as unknown as GPUBindGroup,
      createCommandEncoder: () =>
        ({ beginComputePass: () => this.#standInPass(), finish: () => ({}) }) as unknown as GPUCommandEncoder,
    };
    return standIn as GPUDevice;
  }

  #standInPass(): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline;
    let buffers: RecordedBuffer[];
    return {
      setPipeline: (next: GPUComputePipeline) => (pipeline = next),
      setBindGroup: (_index: number, group: { buffers: RecordedBuffer[] }) => ({ buffers } = group),
      dispatchWorkgroups: (...workgroups: [number, number, number]) =>
        this.dispatches.push({ pipeline, buffers, workgroups }),
      end: () => {},
    } as unknown as GPUComputePassEncoder;
  }
}

/** A buffer without memory. Where the backend writes values into it, they become its contents. */
class EmptyBuffer implements RecordedBuffer {
  readonly size: number;
  readonly usage: number;
  readonly mapState = 'mapped';
  contents: ArrayBuffer | null = null;

  constructor(size: number, usage: number) {
    this.size = size;
    this.usage = usage;
  }

  getMappedRange(): ArrayBuffer {
    return (this.contents = new ArrayBuffer(this.size));
  }

  unmap(): void {}
}

const standInQueue = {
  submit: () => {},
  writeBuffer: (buffer: EmptyBuffer, _offset: number, data: ArrayBuffer) => void (buffer.contents = data.slice(0)),
} as unknown as GPUQueue;

/** Every buffer is a new one, since the buffer says whose values are meant. */
const standInBuffers: BufferManager = {
  acquireBuffer: (size, usage) => new EmptyBuffer(size, usage) as unknown as GPUBuffer,
  releaseBuffer: () => {},
  numBytesUsed: 0,
  numBytesAllocated: 0,
};

function recordedBuffer(resource: GPUBindingResource): RecordedBuffer {
  const { buffer } = resource as GPUBufferBinding;
  if (buffer instanceof EmptyBuffer) return buffer;
  throw outsider();
}

function outsider(): Error {
  return new Error(
    'Cannot compile the step: it uses a tensor that is none of its arguments. ' +
      'Wanted: a pure function; what it works on comes in with state and batch.',
  );
}
