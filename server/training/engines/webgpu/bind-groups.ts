import type { Place } from './fixed-memory.ts';
import type { Dispatch, RecordedBuffer } from './dispatch-recorder.ts';

/** Layouts in use: states take turns in two buffers, and a few older ones may be kept. */
const KEPT_LAYOUTS = 8;

/**
 * The bind groups of all dispatches of a recording. Some buffers of a recording change from run to run. For each choice
 * of GPU buffers that stand for them, the groups are made once and kept.
 */
export class BindGroups {
  readonly #device: GPUDevice;
  readonly #dispatches: Dispatch[];
  readonly #placeOf: (buffer: RecordedBuffer) => Place | null;
  /** The changing buffers, with their numbers in the list that `at` gets. */
  readonly #changing: Map<RecordedBuffer, number>;
  /** The bind groups of dispatches without a changing buffer; null for the other dispatches. */
  readonly #fixed: (GPUBindGroup | null)[];
  readonly #layouts = new Map<string, GPUBindGroup[]>();

  constructor(
    device: GPUDevice,
    dispatches: Dispatch[],
    placeOf: (buffer: RecordedBuffer) => Place | null,
    changing: RecordedBuffer[],
  ) {
    this.#device = device;
    this.#dispatches = dispatches;
    this.#placeOf = placeOf;
    this.#changing = new Map(changing.map((buffer, i) => [buffer, i]));
    this.#fixed = dispatches.map((dispatch) =>
      dispatch.buffers.some((buffer) => this.#changing.has(buffer)) ? null : this.#make(dispatch, []),
    );
  }

  /** @param buffers the GPU buffers that stand for the changing ones now, in their order */
  at(buffers: GPUBuffer[]): GPUBindGroup[] {
    const key = buffers.map(numberOf).join();
    const kept = this.#layouts.get(key);
    if (kept) this.#layouts.delete(key);
    const groups = kept ?? this.#dispatches.map((dispatch, i) => this.#fixed[i] ?? this.#make(dispatch, buffers));
    this.#layouts.set(key, groups); // a Map keeps the order of insertion: its first layout was used longest ago
    if (this.#layouts.size > KEPT_LAYOUTS) this.#layouts.delete(this.#layouts.keys().next().value!);
    return groups;
  }

  #make({ pipeline, buffers: recorded }: Dispatch, buffers: GPUBuffer[]): GPUBindGroup {
    const entries = recorded.map((buffer, binding) => {
      const number = this.#changing.get(buffer);
      return { binding, resource: number === undefined ? this.#placeOf(buffer)! : { buffer: buffers[number]! } };
    });
    return this.#device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  }
}

const numbers = new WeakMap<GPUBuffer, number>();
let last = 0;

function numberOf(buffer: GPUBuffer): number {
  let number = numbers.get(buffer);
  if (number === undefined) numbers.set(buffer, (number = ++last));
  return number;
}
