import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine.ts';
import { packageVersion } from '../packages.ts';
import type { OpenedCard } from '../cards/card.ts';
import { EngineUnavailable } from '../unavailable.ts';
import type { NativeBackend } from './binding.ts';
import { compile } from './compile.ts';
import { cudaCards, whyNoGpu } from './cuda.ts';
import { registerKernels } from './kernels.ts';
import { linkedBuild, relink } from './link.ts';
import { loadPackage } from './load-package.ts';
import { provideRemovedFunctions } from './node-compatibility.ts';
import { tfjsNodeFolder } from './package.ts';

/**
 * Read by libtensorflow when it is loaded. One thread per process: workers are the parallelism, and one thread repeats
 * its bits.
 */
const ENVIRONMENT = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  TF_DETERMINISTIC_OPS: '1',
  TF_CUDNN_USE_AUTOTUNE: '0',
  TF_FORCE_GPU_ALLOW_GROWTH: 'true', // else the first worker takes all of a GPU's memory
  TF_ENABLE_ONEDNN_OPTS: '1',
};

/** Of every worker, of which there is one a core. What has room need not be made from bytes for every batch. */
const CPU_RESIDENT_BYTES = 64 * 2 ** 20;

/** What the layers make of them stays in a core's caches: 256 at once take a fifth longer. */
const CPU_IMAGES_AT_ONCE = 64;

const REMEDY = 'Run: cosweep engine install tensorflow';

/**
 * Native TensorFlow through tfjs-node. Throws with the reason and the remedy where it cannot be used.
 *
 * @param card the one that this process sees; null where it sees whatever there is
 */
export async function openTensorflow(card: OpenedCard | null = null): Promise<Engine> {
  const backend = await loadBackend();
  if (card !== null) refuseProcessor(backend, card);
  registerKernels();
  const { binding } = backend;
  return {
    name: 'tensorflow',
    device: deviceOf(backend, card),
    versions: {
      libtensorflow: binding.TF_Version,
      '@tensorflow/tfjs-node': packageVersion(tfjsNodeFolder()!),
      '@tensorflow/tfjs-core': tf.version_core,
    },
    ...(binding.isUsingGpuDevice() ? {} : { imagesAtOnce: CPU_IMAGES_AT_ONCE, residentBytes: CPU_RESIDENT_BYTES }),
    compile: (step, example) => compile(backend, step, example),
    // The addon holds no threads of ours, no files and no device that a process would have to give back before it ends.
    close: async () => {},
  };
}

/** Where TensorFlow cannot open a card it computes on the processor, which is not what the card was chosen for. */
function refuseProcessor({ binding }: NativeBackend, { label }: OpenedCard): void {
  if (binding.isUsingGpuDevice()) return;
  const build = linkedBuild(tfjsNodeFolder()!);
  if (build?.variant !== 'cuda')
    throw new EngineUnavailable('tensorflow', `it is not built for CUDA, and was to use ${label}`, null);
  const { reason, remedy } = whyNoGpu(build.folder);
  throw new EngineUnavailable('tensorflow', `it does not open ${label}: ${reason}`, remedy);
}

/** A build for CUDA that found no GPU works, on the CPU: that is not what it was installed for, so it says why. */
function deviceOf({ binding }: NativeBackend, card: OpenedCard | null): string {
  const build = linkedBuild(tfjsNodeFolder()!);
  if (binding.isUsingGpuDevice()) {
    if (card !== null) return `${card.label}, CUDA`;
    const cards = cudaCards();
    return cards.length === 1 ? `${cards[0]}, CUDA` : 'GPU, CUDA';
  }
  return build?.variant === 'cuda'
    ? `CPU, 1 thread; built for CUDA, but ${whyNoGpu(build.folder).reason}`
    : 'CPU, 1 thread';
}

async function loadBackend(): Promise<NativeBackend> {
  const folder = tfjsNodeFolder();
  if (!folder) throw new EngineUnavailable('tensorflow', 'the package @tensorflow/tfjs-node is not installed', REMEDY);
  if (!relink())
    throw new EngineUnavailable('tensorflow', 'libtensorflow and the addon of tfjs-node are not installed', REMEDY);
  Object.assign(process.env, ENVIRONMENT);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  provideRemovedFunctions();
  try {
    loadPackage(folder);
  } catch (error) {
    throw new EngineUnavailable(
      'tensorflow',
      `its addon does not load here (${(error as Error).message.split('\n')[0]})`,
      REMEDY,
    );
  }
  await tf.setBackend('tensorflow');
  return tf.backend() as unknown as NativeBackend;
}
