import manifest from '@tensorflow/tfjs-backend-webgpu/package.json' with { type: 'json' };
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine.ts';
import '../../gradients.ts';
import type { OpenedCard } from '../cards/card.ts';
import { EngineUnavailable } from '../unavailable.ts';
import { requestAdapter } from './adapters.ts';
import type { WebgpuBackend, HostValues } from './backend.ts';
import { compile } from './compile.ts';
import { dawnVersion, loadDawn } from './dawn.ts';
import { openDevice } from './device.ts';
import { registerKernels } from './kernels.ts';

/** Reading makes the GPU wait for JavaScript: so many batches take longer than that. */
const BATCHES_AHEAD = 25;

/** Values of the backend's flag for matrix products. */
const PACKED = 3;

/** The engine that is open in this process, and the label of the card that was asked for. */
let opened: { on: string | null; engine: Engine } | null = null;

/**
 * TensorFlow.js on its WebGPU backend, over Dawn: any GPU with Vulkan, Metal or Direct3D 12. Opened again it is the
 * same engine, until it is closed.
 *
 * @param card null takes the fastest
 */
export async function openWebgpu(card: OpenedCard | null = null): Promise<Engine> {
  const on = card?.label ?? null;
  if (opened?.on !== on) {
    await opened?.engine.close();
    opened = { on, engine: await open(card) };
  }
  if (!(await tf.setBackend('webgpu'))) throw new EngineUnavailable('webgpu', 'its backend did not start', null);
  return opened.engine;
}

async function open(card: OpenedCard | null): Promise<Engine> {
  // Before there is a navigator: with one the package would open a device of its own choice.
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const dawn = await loadDawn();
  const { adapter, gpu } = await requestAdapter(dawn, card?.name ?? null);
  const device = await openDevice(adapter);
  provideNavigator(gpu);
  tf.env().set('WEBGPU_CPU_FORWARD', false); // small tensors too: a scalar that JavaScript reads would be compiled in
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', PACKED); // of the others one adds up in whatever order threads finish
  registerKernels();
  const backend = new WebGPUBackend(device.gpuDevice, adapter.info) as unknown as WebgpuBackend;
  const read = backend.read.bind(backend);
  backend.read = (dataId) => device.reading(read(dataId));
  backend.readSync = refuseToWait;
  tf.registerBackend('webgpu', () => backend as never);
  return {
    name: 'webgpu',
    device: describe(adapter, card),
    software: adapter.info.isFallbackAdapter,
    batchesAhead: BATCHES_AHEAD,
    residentBytes: device.gpuDevice.limits.maxStorageBufferBindingSize,
    versions: {
      '@tensorflow/tfjs-core': tf.version_core,
      '@tensorflow/tfjs-backend-webgpu': manifest.version,
      webgpu: dawnVersion(),
    },
    compile: (step, example) => compile(backend, device, step, example),
    lost: () => device.lost(),
    close: async () => {
      opened = null;
      if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
      await device.close();
    },
  };
}

/** Where TensorFlow.js looks for a GPU; newer versions of Node have a navigator of their own, without one. */
function provideNavigator(gpu: GPU): void {
  const { navigator } = globalThis as { navigator?: object };
  if (navigator) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
}

function describe({ info }: GPUAdapter, card: OpenedCard | null): string {
  const words =
    card?.label ?? (info.description || [info.vendor, info.architecture || info.device].filter(Boolean).join(' '));
  return info.isFallbackAdapter ? `${words}, in software` : words;
}

/** Nothing in Node can wait for a GPU without giving way. */
function refuseToWait(this: WebgpuBackend, dataId: object): HostValues {
  const { values } = this.tensorMap.get(dataId);
  if (values) return values;
  throw new Error(
    'Cannot read a tensor at once (dataSync): on webgpu its values are on the device. Wanted: await tensor.data().',
  );
}
