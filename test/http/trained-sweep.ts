import { packAxis } from '../../server/store/database/packed-axis.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { releaseLease } from '../../server/store/database/lease.ts';
import { finishSweep } from '../../server/store/training/sweep-turn.ts';
import { finishRun, startRun } from '../../server/store/training/run-state.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { begin, lease, RECORD } from '../store/support.ts';
import { definition as twoBetas, planText } from './plan-text.ts';

/** What the end of a run gives besides. */
const atTheEnd = [
  {
    batch: 40,
    name: 'confused',
    value: {
      shape: [1, 2, 1],
      pairs: [
        { actual: 1, predicted: 0, count: 2, images: [{ index: 7, picture: 0 }] },
        { actual: 0, predicted: 1, count: 1, images: [] },
      ],
    },
    pictures: [Uint8Array.of(0, 255)],
  },
  {
    // As an earlier version stored it.
    batch: 40,
    name: 'test/confused',
    value: { shape: [1, 2, 1], pairs: [{ actual: 0, predicted: 1, count: 4, images: [{ index: 2, pixels: 'gAE=' }] }] },
  },
  {
    batch: 40,
    name: 'test/confusion',
    value: [
      [5, 4],
      [0, 6],
    ],
  },
];

/** What each run used: 100 W for 2.5 s, which is all of its time. */
const usage = {
  process: { processorSeconds: 3, peakMemory: 312e6 },
  gpu: {
    gpuBusySeconds: 2,
    gpuOver: 2.5,
    gpuPeakUse: 0.95,
    gpuPeakMemory: 4e9,
    joules: 250,
    joulesOver: 2.5,
  },
};

/** What the phase adds to the accuracy, by arm: two arms with the phase, then the control. */
const effect = [0.02, 0.03, 0];

/** The accuracy of a run at an evaluation. Up to N = 20 it is the same for both runs of a pair. */
export function accuracyAt(arm: number, seed: number, batch: number): number {
  return 0.5 + batch / 200 + seed / 1000 + (batch > 20 ? effect[arm]! + (seed * arm) / 1e4 : 0);
}

export function totalAt(seed: number, batch: number): number {
  return Math.fround(10 / (batch + 1) + seed / 100);
}

/**
 * Stores a sweep as if it had been trained: 16 runs complete; with the last seed, arm 0 failed and arm 1 diverged.
 *
 * @param definition of the same arms; a metric of its own is recorded as one minus the accuracy
 * @returns the number of the sweep, and a function that gives the number of the run of an arm and a seed
 */
export function storeTrainedSweep(
  storage: Storage,
  definition: typeof twoBetas & { metrics?: object } = twoBetas,
): { sweepId: number; run: (arm: number, seed: number) => number } {
  const plan = planText(JSON.stringify(definition));
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, plan, {
    definition: JSON.stringify(definition, null, 2),
    definitionPath: `/study/${definition.name}.json`,
  });
  const lastSeed = plan.seeds.at(-1);
  for (const { runId, arm, seed, stages } of tasks) {
    startRun(storage, token, runId, RECORD);
    if (seed === lastSeed && arm === 0) {
      finishRun(storage, token, runId, { state: 'failed', error: 'the worker was killed <script>alert(1)</script>' });
      continue;
    }
    const diverged = seed === lastSeed && arm === 1;
    const end = diverged ? 30 : 40;
    const batches = Array.from({ length: end }, (_, i) => i);
    const evaluations = [0, 10, 20, 30, 40].filter((batch) => batch <= end);
    const perEvaluation = (metric: string, value: (batch: number) => number) => ({
      metric,
      epsilon: null,
      batches: evaluations,
      values: evaluations.map(value),
    });
    commitSegment(storage, token, {
      stageId: stages[0]!.stageId,
      from: 0,
      to: end,
      usage,
      columns: [
        {
          metric: 'train/total',
          epsilon: null,
          batches,
          values: batches.map((batch) => (diverged && batch === 29 ? NaN : totalAt(seed, batch))),
        },
        ...(arm === 2
          ? []
          : [
              {
                metric: 'train/truncated',
                epsilon: null,
                batches: batches.slice(20),
                values: batches.slice(20).map(() => 0.01),
              },
            ]),
        perEvaluation('val/accuracy', (batch) => accuracyAt(arm, seed, batch)),
        perEvaluation('val/crossEntropy', (batch) => 2 - accuracyAt(arm, seed, batch)),
        perEvaluation('val/intraClassCosine', (batch) => accuracyAt(arm, seed, batch) / 2),
        ...Object.keys(definition.metrics ?? {}).map((metric) =>
          perEvaluation(metric, (batch) => 1 - accuracyAt(arm, seed, batch)),
        ),
      ],
      artefacts: evaluations.flatMap((batch) => [
        {
          batch,
          name: 'confusion',
          value: [
            [batch, 1],
            [2, 3],
          ],
        },
        // As it is stored today, and as it was until version 0.2.
        batch === 40
          ? { batch, name: 'projection', value: { x: packAxis([1, NaN]), y: packAxis([3, 4]), labels: [0, 1] } }
          : { batch, name: 'projection', value: { x: [1, NaN], y: [3, 4], labels: [0, 1] } },
        ...(batch === 40 ? atTheEnd : []),
      ]),
      checkpoint: null,
      seconds: { training: 2, evaluation: 0.5 },
      ends: [
        {
          runId,
          outcome: diverged
            ? { state: 'diverged', batch: 29, intraDead: false }
            : { state: 'complete', intraDead: arm === 2 ? null : false },
        },
      ],
    });
  }
  finishSweep(storage, token, sweepId, 'complete');
  releaseLease(storage, token);
  return { sweepId, run: (arm, seed) => tasks.find((task) => task.arm === arm && task.seed === seed)!.runId };
}
