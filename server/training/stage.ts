import * as tf from '@tensorflow/tfjs-core';
import { hasIntraPhase } from '../sweep/effective.ts';
import type { Checkpoint } from './checkpoint.ts';
import { CurveBuffer } from './curve-buffer.ts';
import type { Tensors } from './engine.ts';
import { groupEpsilons } from './epsilon-groups.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import type { FitCallbacks, FitResult, Segment, FitTask } from './fit-task.ts';
import { betaAt, freshState, scalarsAt, structureAt, type Network } from './network.ts';
import { learningRate } from './optimizers/schedule.ts';
import { PendingMetrics, type BatchMetrics } from './pending-metrics.ts';
import { toDevice, toHost } from './state.ts';
import type { StepCache } from './step-cache.ts';
import { stepMetrics } from './step.ts';

/** Batches between two looks around: a GPU is not kept waiting, and a stop is noticed soon. */
const LOOK_EVERY = 25;

/** Where batches take long, the next look comes after this time. */
const LOOK_SECONDS = 2;

/** A segment ends after this time at the latest. No more than this is lost when a worker dies. */
const SEGMENT_SECONDS = 20;

/** What a look at the losses finds; null where training goes on. */
type Finding = { kind: 'diverged'; batch: number } | { kind: 'split'; batch: number; groups: number[][] } | null;

/** A stage in training: the state on the device, and what it has measured since its last segment. */
export class Stage {
  readonly #task: FitTask;
  readonly #network: Network;
  readonly #steps: StepCache;
  /**
   * How many batches are trained before their losses are read. While several ε are trained, losses are read as soon as
   * the engine has them, since batches trained after a split are lost.
   */
  readonly #readEvery: number;
  readonly #curves = new CurveBuffer();
  readonly #pending = new PendingMetrics();
  #evaluations: Evaluation[] = [];
  #state: Tensors;
  #t: number;
  /**
   * The state at the last reading of losses, kept while several ε are trained: a split is noticed late, and batches up
   * to it are replayed from this state.
   */
  #looked: { t: number; state: Tensors } | null = null;
  #intraLive: boolean;
  #onAlive: () => void = () => {};
  #segment: { from: number; started: number; evaluating: number };

  constructor(task: FitTask, network: Network, steps: StepCache) {
    this.#task = task;
    this.#network = network;
    this.#steps = steps;
    this.#readEvery = task.epsilons.length > 1 ? steps.batchesAhead : LOOK_EVERY;
    this.#state = toDevice(task.start?.state ?? { ...freshState(network, task.seed), ...task.initial });
    this.#t = task.start?.batch ?? 0;
    this.#intraLive = task.start?.intraLive ?? false;
    this.#segment = { from: task.from, started: performance.now(), evaluating: 0 };
    this.#keepForReplay();
  }

  async train({ onSegment, onProgress, onAlive, shouldStop }: FitCallbacks): Promise<FitResult> {
    const { from, to } = this.#task;
    if (onAlive) this.#onAlive = onAlive;
    if (from === 0 && this.#t === 0) await this.#evaluate('val');
    while (this.#t < to) {
      const finding = await this.#trainToNextLook();
      if (finding?.kind === 'split') this.#returnTo(finding.batch);
      // How many batches were trained after it depends on when it was noticed; nothing of them is recorded.
      if (finding?.kind === 'diverged') this.#t = finding.batch + 1;
      onProgress(this.#t);
      if (finding) return this.#endEarly(finding, onSegment);
      await this.#evaluateWhatIsDue();
      if (this.#t === to) break;
      await new Promise(setImmediate); // lets a message that asks to stop arrive
      const stopped: FitResult | null = shouldStop() ? { outcome: 'stopped', batch: this.#t, intraDead: null } : null;
      const recording = this.#t >= from;
      const long = recording && performance.now() - this.#segment.started > 1000 * SEGMENT_SECONDS;
      if (stopped || long) await onSegment(this.#endSegment(recording ? await this.#checkpoint() : null, stopped));
      if (stopped) return stopped;
      this.#keepForReplay();
    }
    return this.#endComplete(onSegment);
  }

  /** Trains until the next look, or until losses show that the stage ends. */
  async #trainToNextLook(): Promise<Finding> {
    const started = performance.now();
    for (;;) {
      this.#trainBatch();
      const late = performance.now() - started > 1000 * LOOK_SECONDS;
      const looks = late || this.#isEvaluated() || this.#t % LOOK_EVERY === 0 || this.#t === this.#task.to;
      if (!looks && this.#pending.length < this.#readEvery) continue;
      const finding = await this.#readLosses();
      if (looks || finding) return finding;
      this.#keepForReplay();
    }
  }

  /**
   * Whether the state after this batch is due for evaluation. The state at the stage's first batch is not: the stage
   * before has evaluated it.
   */
  #isEvaluated(): boolean {
    const {
      from,
      settings: {
        training: { batches, evalEvery },
      },
    } = this.#task;
    return this.#t > from && (this.#t % evalEvery === 0 || this.#t === batches);
  }

  async #evaluateWhatIsDue(): Promise<void> {
    if (this.#isEvaluated()) await this.#evaluate('val');
    if (this.#t === this.#task.settings.training.batches && this.#network.dataset.test) await this.#evaluate('test');
  }

  async #endEarly(finding: NonNullable<Finding>, onSegment: FitCallbacks['onSegment']): Promise<FitResult> {
    const result = toResult(finding);
    // A split at the first batch leaves nothing of the stage: its records belong to the stages that follow.
    const atOnce = finding.batch === this.#task.from;
    if (finding.kind === 'split' && atOnce) this.#forget();
    await onSegment(this.#endSegment(finding.kind === 'split' && !atOnce ? await this.#checkpoint() : null, result));
    return result;
  }

  async #endComplete(onSegment: FitCallbacks['onSegment']): Promise<FitResult> {
    const { settings } = this.#task;
    const dead = hasIntraPhase(settings) && this.#t === settings.training.batches ? !this.#intraLive : null;
    const result: FitResult = { outcome: 'complete', batch: this.#t, intraDead: dead };
    await onSegment(this.#endSegment(await this.#checkpoint(), result));
    return result;
  }

  #trainBatch(): void {
    const t = this.#t;
    const { state, outputs } = this.#step(this.#state, t);
    if (this.#state !== this.#looked?.state) tf.dispose(this.#state);
    this.#state = state;
    this.#pending.push(t, stepMetrics(structureAt(this.#network, t)), outputs.metrics!);
    this.#t = t + 1;
  }

  #step(state: Tensors, t: number): { state: Tensors; outputs: Tensors } {
    const batch = this.#steps.batch(this.#network, this.#task.seed, t);
    const result = this.#steps.training(this.#network, t).run(state, batch, scalarsAt(this.#network, t));
    tf.dispose(batch);
    return result;
  }

  /** Moves the device's measurements into the curves, up to the first batch that ends the stage. */
  async #readLosses(): Promise<Finding> {
    for (const { t, metrics: all } of await this.#pending.read()) {
      // Places beyond the task's ε only carry the first one once more.
      const metrics = all.filter(({ epsilon }) => epsilon === null || epsilon < this.#task.epsilons.length);
      const apart = metrics.filter(({ name }) => name === 'apart').map(({ value }) => value);
      if (apart.some((count) => count > 0)) {
        return {
          kind: 'split',
          batch: t,
          groups: groupEpsilons(this.#task.epsilons, apart, this.#task.settings.loss.truncation),
        };
      }
      if (t >= this.#task.from) this.#record({ t, metrics });
      if (metrics.some(({ name, value }) => name === 'train/truncated' && value !== 0)) this.#intraLive = true;
      if (metrics.some(({ name, value }) => name === 'train/total' && !Number.isFinite(value)))
        return { kind: 'diverged', batch: t };
    }
    return null;
  }

  #record({ t, metrics }: BatchMetrics): void {
    const { settings, epsilons } = this.#task;
    for (const { name, epsilon, value } of metrics) {
      if (name !== 'apart') this.#curves.add(name, t, value, epsilon === null ? null : epsilons[epsilon]!);
    }
    this.#curves.add('train/beta', t, betaAt(settings, t));
    this.#curves.add('train/learningRate', t, learningRate(settings.training.optimizer, settings.training.batches, t));
  }

  #keepForReplay(): void {
    if (this.#task.epsilons.length === 1) return;
    if (this.#looked && this.#looked.state !== this.#state) tf.dispose(this.#looked.state);
    this.#looked = { t: this.#t, state: this.#state };
  }

  /**
   * Takes the state back to `batch`, the first on which the tests separate the ε: replays from the last reading of
   * losses.
   */
  #returnTo(batch: number): void {
    const { t: start, state: kept } = this.#looked!;
    if (this.#state !== kept) tf.dispose(this.#state);
    this.#state = kept;
    for (let t = start; t < batch; t++) {
      const { state, outputs } = this.#step(this.#state, t);
      tf.dispose(outputs);
      if (this.#state !== kept) tf.dispose(this.#state);
      this.#state = state;
    }
    this.#t = batch;
  }

  async #evaluate(part: 'val' | 'test'): Promise<void> {
    const started = performance.now();
    const evaluation = await evaluate(this.#steps, this.#network, this.#state, part, this.#t, this.#onAlive);
    for (const [name, value] of Object.entries(evaluation.metrics)) this.#curves.add(name, this.#t, value);
    this.#evaluations.push(evaluation);
    this.#segment.evaluating += performance.now() - started;
  }

  async #checkpoint(): Promise<Checkpoint> {
    return { batch: this.#t, state: await toHost(this.#state), intraLive: this.#intraLive };
  }

  #forget(): void {
    this.#curves.take();
    this.#evaluations = [];
  }

  #endSegment(checkpoint: Checkpoint | null, result: FitResult | null): Segment {
    const now = performance.now();
    const { from, started, evaluating } = this.#segment;
    const segment: Segment = {
      from,
      to: Math.max(from, this.#t),
      points: this.#curves.take(),
      evaluations: this.#evaluations,
      checkpoint,
      seconds: { training: (now - started - evaluating) / 1000, evaluation: evaluating / 1000 },
      result,
    };
    this.#evaluations = [];
    this.#segment = { from: segment.to, started: now, evaluating: 0 };
    return segment;
  }

  dispose(): void {
    tf.dispose([this.#state, this.#looked?.state ?? {}]);
    this.#pending.dispose();
  }
}

function toResult(finding: NonNullable<Finding>): FitResult {
  const { kind, batch } = finding;
  return kind === 'split'
    ? { outcome: 'split', batch, intraDead: null, groups: finding.groups }
    : { outcome: 'diverged', batch, intraDead: null };
}
