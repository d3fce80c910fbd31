import { EngineUnavailable } from '../unavailable.ts';
import type { Dawn } from './dawn.ts';

/** One way to compute on this machine: a device of one of the system's drivers. */
export interface AdapterListing {
  /** Dawn's name of the interface: `vulkan`, `metal`, `d3d12`. */
  backend: string;
  name: string;
}

/**
 * The interfaces that can compute everything that training needs, the system's own before the one that it may have
 * besides. OpenGL is not among them.
 */
const BACKENDS = ['d3d12', 'metal', 'vulkan'];

/**
 * Every shader here writes shared memory before it reads it; zeroing it first makes SwiftShader compile ten times
 * longer.
 */
const OPTIONS = ['enable-dawn-features=disable_workgroup_init'];

/** A name that no adapter has. Dawn answers it with the names of all adapters. */
const NOBODY = 'no adapter has this name';

/**
 * The adapter to train on: the fastest that Dawn finds (a discrete GPU before one that shares the processor's memory),
 * or the one of this name.
 */
export async function requestAdapter(dawn: Dawn, wanted: string | null): Promise<{ adapter: GPUAdapter; gpu: GPU }> {
  const listing = wanted === null ? null : find(await listAdapters(dawn), wanted);
  const gpu = dawn.create(
    listing === null ? OPTIONS : [...OPTIONS, `backend=${listing.backend}`, `adapter=${listing.name}`],
  );
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter) return { adapter, gpu };
  throw new EngineUnavailable('webgpu', `Dawn finds no adapter (${hintOfDrivers()})`, remedyOfDrivers());
}

export async function listAdapters(dawn: Dawn): Promise<AdapterListing[]> {
  try {
    await dawn.create([`adapter=${NOBODY}`]).requestAdapter();
    return []; // where there is no adapter at all, Dawn answers null instead
  } catch (error) {
    const lines = String(error).matchAll(/^ \* backend: '(.*)', name: '(.*)'$/gm);
    return [...lines]
      .map(([, backend, name]) => ({ backend: backend!, name: name! }))
      .filter(({ backend }) => BACKENDS.includes(backend));
  }
}

/** Each card once: on Windows Direct3D and Vulkan list the same ones. */
export function ofOneInterface(adapters: AdapterListing[]): AdapterListing[] {
  const first = BACKENDS.find((each) => adapters.some(({ backend }) => backend === each));
  return adapters.filter(({ backend }) => backend === first);
}

function find(adapters: AdapterListing[], wanted: string): AdapterListing {
  const found = ofOneInterface(adapters).find(({ name }) => name === wanted);
  if (found) return found;
  const list = adapters.map(({ backend, name }) => `${name} (${backend})`).join(', ');
  throw new EngineUnavailable(
    'webgpu',
    `no device is "${wanted}", found ${list === '' ? 'none' : list}`,
    list === '' ? remedyOfDrivers() : null,
  );
}

function hintOfDrivers(): string {
  if (process.platform !== 'linux') return 'it needs a GPU with a driver for Metal or Direct3D 12';
  return 'it needs the Vulkan loader, and a GPU whose driver brings Vulkan';
}

function remedyOfDrivers(): string | null {
  if (process.platform !== 'linux') return null;
  return (
    'On Debian and Ubuntu: apt-get install libvulkan1, ' +
    "and the driver of the GPU (mesa-vulkan-drivers, or NVIDIA's)."
  );
}
