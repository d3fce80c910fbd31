import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Arm } from '../../server/sweep/arm.ts';
import { effectiveSettings, runKey, stageKey } from '../../server/sweep/effective.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';
import { identifyRuns, readTasks, type RunIdentity, type RunTask } from '../../server/store/training/identify-runs.ts';
import { readArms } from '../../server/store/reading/read-arms.ts';
import { takeLease, type Lease } from '../../server/store/database/lease.ts';
import { shownParameters } from '../../server/sweep/shown-parameters.ts';
import { queueSweep, type SweepRequest } from '../../server/store/sweeps/queue-sweep.ts';
import { startSweep } from '../../server/store/training/sweep-turn.ts';
import type { SegmentRows } from '../../server/store/training/commit-segment.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { startChild, type Child } from '../helpers/child.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new database that is closed after the test. */
export async function newStorage(file = join(temporaryFolder(), 'cosweep.db')): Promise<Storage> {
  const storage = await openStorage({ file, create: true });
  onTestFinished(() => storage.close());
  return storage;
}

export function lease(storage: Storage): Lease {
  const taken = takeLease(storage, 'a test');
  if (!('lease' in taken)) throw new Error('the lease is held');
  return taken.lease;
}

type ArmChoice = Partial<
  Pick<Arm, 'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N' | 'name' | 'controlIndex' | 'swept'>
> & { learningRate?: number };

/** A plan over these arms: β, ε and N as given, everything else the same. */
export function makePlan(arms: ArmChoice[], seeds = [1, 2], name = 'switch-batch', batches = 100): Plan {
  return {
    name,
    planHash: JSON.stringify([arms, seeds, batches]),
    metric: { name: 'val/accuracy', goal: 'maximize' },
    arms: arms.map((choice, index) => makeArm(choice, index, batches)),
    seeds,
    runs: seeds.flatMap((seed) => arms.map((_, arm) => ({ arm, seed }))),
    dropped: [{ constraint: 'gamma > alpha > beta', count: 3 }],
    folded: 1,
    batches: 300,
    batchesUnshared: 400,
    stages: 5,
    smallestP: { maxT: 0.5, holm: 1 },
    notes: [],
  };
}

function makeArm({ learningRate = 0.01, ...choice }: ArmChoice, index: number, batches: number): Arm {
  const beta = choice.beta ?? 0;
  return {
    index,
    alpha: 0.5,
    beta,
    gamma: 1,
    epsilon: 0.02,
    N: 50,
    name: `β${beta}`,
    ablation: beta === 0 ? 'noIntra' : null,
    control: beta === 0,
    controlIndex: null,
    parents: [],
    swept: {},
    ...choice,
    loss: {
      s: 30,
      m: 0.35,
      truncation: 'batch',
      distance: 'cosine',
      centerUpdate: 'cumulative',
      centerRate: 0.1,
      centerSpace: 'unit',
      centerOrder: 'updateThenLoss',
      crossEntropyHead: 'linear',
    },
    training: {
      dataset: {
        name: 'glyphs',
        classes: 10,
        train: 1000,
        seed: 0,
        validation: 0.1,
        splitSeed: 0,
        limit: null,
        augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
      },
      model: { name: 'mlp', embedding: 8, dropout: 0 },
      optimizer: {
        name: 'momentum',
        learningRate,
        momentum: 0.9,
        nesterov: false,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        schedule: 'constant',
        warmup: 0,
        steps: [],
        decay: 0.1,
        clipNorm: null,
      },
      batchSize: 64,
      batches,
      evalEvery: 50,
    },
  };
}

export function request(plan: Plan, change: Partial<SweepRequest> = {}): SweepRequest {
  return {
    definition: JSON.stringify({ name: plan.name, description: 'Does a later switch help?', plan: plan.planHash }),
    definitionPath: `/study/${plan.name}.json`,
    folder: '/study',
    plan,
    engine: null,
    share: true,
    ...change,
  };
}

/** Every run as one stage, as a runner would ask for it. */
export function identities(storage: Storage, sweepId: number, fingerprint = 'data', engine = 'wasm'): RunIdentity[] {
  const arms = readArms(storage, sweepId);
  return readTasks(storage, sweepId).map(({ arm: index, seed }) => {
    const arm = arms[index]!;
    const effective = effectiveSettings(arm);
    const to = arm.training.batches;
    return {
      arm: index,
      seed,
      key: runKey(effective, seed, fingerprint, engine),
      start: stageKey(effective, 0, seed, fingerprint, engine),
      engine,
      dataFingerprint: fingerprint,
      stages: [{ key: stageKey(effective, to, seed, fingerprint, engine), from: 0, to, params: shownParameters(arm) }],
    };
  });
}

/** Queues, starts and identifies a sweep. */
export function begin(
  storage: Storage,
  token: Lease,
  plan: Plan,
  { fresh = false, ...change }: Partial<SweepRequest> & { fresh?: boolean } = {},
): { sweepId: number; tasks: RunTask[] } {
  const { sweepId } = queueSweep(storage, request(plan, change));
  startSweep(storage, token, sweepId, 'wasm');
  return { sweepId, tasks: identifyRuns(storage, token, sweepId, identities(storage, sweepId), fresh) };
}

/** A segment with one training and one evaluation metric and a checkpoint; `change` replaces any of it. */
export function makeSegment(stageId: number, from: number, to: number, change: Partial<SegmentRows> = {}): SegmentRows {
  const batches = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    stageId,
    from,
    to,
    columns: [
      {
        metric: 'train/total',
        epsilon: null,
        batches,
        values: Float64Array.from(batches, (batch) => Math.fround(10 / (batch + 1))),
      },
      { metric: 'val/accuracy', epsilon: null, batches: [to], values: [to / 128] },
    ],
    artefacts: [
      {
        batch: to,
        name: 'confusion',
        value: [
          [to, 1],
          [2, 3],
        ],
      },
    ],
    checkpoint: { batch: to, file: `${stageId}-${to}.bin`, size: 10, hash: 'ab' },
    seconds: { training: 2, evaluation: 0.5 },
    ...change,
  };
}

export const RECORD = {
  worker: 0,
  device: 'CPU, 1 thread',
  versions: { tfjs: '4.22.0' },
  bits: null,
  gitCommit: null,
  environmentId: null,
  configuration: { loss: { s: 30 } },
  classes: ['a', 'b'],
  evaluated: { val: 100, test: 0 },
};

/** The default export of a file beside this one, in a process of its own. */
export function child(file: string, ...args: string[]): Promise<Child> {
  return startChild(new URL(file, import.meta.url), args);
}
