import * as tf from '@tensorflow/tfjs-core';
import type { Part } from './dataset.ts';
import { deviceBatch, evaluationBatch, trainsOnResidentImages } from './device-batch.ts';
import type { CompiledStep, Engine, Step, Tensors } from './engine.ts';
import { buildEvaluationStep, inferenceState } from './evaluation-step.ts';
import { freshState, modelStructure, scalarsAt, structureAt, type Network } from './network.ts';
import { onResidentImages, ResidentImages } from './resident-images.ts';
import { toDevice, type HostState } from './state.ts';
import { buildStep } from './step.ts';

/** One sweep meets few structures. A step that falls out is compiled again when its structure comes back. */
const KEPT_STEPS = 8;

/** A GPU gains little by more, and wasm takes as long with 64. */
const IMAGES_AT_ONCE = 256;

/**
 * Compiled steps by structure. Every worker has one cache: a step serves all arms with the same structure and shapes.
 */
export class StepCache {
  readonly #engine: Engine;
  readonly #steps = new Map<string, CompiledStep>();
  readonly #resident: ResidentImages;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#resident = new ResidentImages(engine.residentBytes ?? 0);
  }

  /** How many batches the engine is given at most before their losses are read. */
  get batchesAhead(): number {
    return this.#engine.batchesAhead ?? 1;
  }

  /** About how many images of 32 × 32 pixels are evaluated at once. */
  get imagesAtOnce(): number {
    return this.#engine.imagesAtOnce ?? IMAGES_AT_ONCE;
  }

  /** Batch t as the training step takes it; the caller disposes it. */
  batch(network: Network, seed: number, t: number): Tensors {
    return deviceBatch(network, seed, t, this.#resident);
  }

  training(network: Network, t: number): CompiledStep {
    const structure = structureAt(network, t);
    const resident = trainsOnResidentImages(network, this.#resident) ? network.dataset.train.count : null;
    return this.#get({ kind: 'training', structure, resident, ...shapes(network) }, () => {
      const step = buildStep(network.model, structure);
      return this.#compile(
        resident === null ? step : onResidentImages(step),
        freshState(network, 0),
        this.batch(network, 0, 0),
        scalarsAt(network, t),
      );
    });
  }

  /** Images of a part from number `start` on as the evaluation step takes them; the caller disposes them. */
  evaluationBatch(network: Network, part: Part, start: number, batchSize: number): Tensors {
    return evaluationBatch(network, part, start, batchSize, this.#resident);
  }

  evaluation(network: Network, part: Part, batchSize: number): CompiledStep {
    const resident = this.#resident.takes(network.dataset, part) ? part.count : null;
    return this.#get({ kind: 'evaluation', resident, ...shapes(network), batchSize }, () => {
      const step = buildEvaluationStep(network.model);
      const batch = this.evaluationBatch(network, part, 0, batchSize);
      return this.#compile(
        resident === null ? step : onResidentImages(step),
        inferenceState(freshState(network, 0)),
        batch,
        {},
      );
    });
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
    this.#steps.clear();
    this.#resident.dispose();
  }

  #compile(step: Step, hostState: HostState, batch: Tensors, scalars: Record<string, number>): CompiledStep {
    const state = toDevice(hostState);
    const compiled = this.#engine.compile(step, { state, batch, scalars });
    tf.dispose([state, batch]);
    return compiled;
  }

  #get(key: object, compile: () => CompiledStep): CompiledStep {
    const name = JSON.stringify(key);
    const kept = this.#steps.get(name);
    if (kept) this.#steps.delete(name);
    const step = kept ?? compile();
    // A Map keeps the order of insertion: the first step is the one that was used longest ago.
    this.#steps.set(name, step);
    const [oldest] = this.#steps.keys();
    if (this.#steps.size > KEPT_STEPS && oldest) {
      this.#steps.get(oldest)!.dispose();
      this.#steps.delete(oldest);
    }
    return step;
  }
}

function shapes({ settings: { training }, dataset }: Network): object {
  return {
    model: modelStructure(training.model),
    batchSize: training.batchSize,
    image: dataset.shape,
    classes: dataset.classes.length,
  };
}
