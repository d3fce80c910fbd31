import type { RunSettings } from '../../training/network.ts';
import { loadDataset } from '../../training/datasets/load.ts';
import type { EngineName } from '../../training/engine.ts';
import type { Card } from '../../training/engines/cards/card.ts';
import { hashStart, startsFromFile } from '../../training/weights/start-weights.ts';
import type { SentCheckpoint } from '../checkpoints/sent-checkpoint.ts';
import type { StageOrder, SegmentReport } from '../workers/messages.ts';
import type { Trainer } from '../workers/trainer.ts';
import { onEngine } from '../workers/hire-worker.ts';
import { WorkerProcess, type Workplace } from '../workers/worker-process.ts';

/** What training costs on this machine with all workers at it, in seconds. */
export interface Calibration {
  /** From the start of a worker to its first batch: the engine opened, the data read. */
  opening: number;
  /** The first batches and the first evaluation of a worker take this longer: its steps are compiled then. */
  warmingUp: number;
  batch: number;
  /** One pass over the validation part and one over the test part. */
  evaluation: { val: number; test: number };
}

/** Batches that warm up, and batches that are timed; an evaluation follows every tenth. */
const WARM_UP = 10;
const TIMED = 40;
const EVAL_EVERY = 20;

/**
 * Trains a few batches of an arm in as many processes as the sweep would have, at the same time, since they slow each
 * other down. Nothing is kept.
 *
 * @param folder where the data set's relative paths start
 * @param cardOf the card of a worker, counted from 0; null leaves it to the engine
 */
export async function calibrate(
  arm: RunSettings,
  seed: number,
  folder: string,
  engine: EngineName,
  cardOf: (seat: number) => Card | null,
  workers: number,
  log: (message: string) => void,
): Promise<Calibration> {
  // What is wrong with the data is the user's to hear here, and a download is made once.
  const { fingerprint, shape, classes } = await loadDataset(arm.training.dataset, { baseFolder: folder, seed, log });
  const { model } = arm.training;
  const weights = startsFromFile(model) ? await hashStart(model, { shape, classes: classes.length }, folder) : null;
  const measured = await Promise.all(
    Array.from({ length: workers }, (_, seat) =>
      calibrateWorker(arm, seed, { baseFolder: folder, fingerprint, weights }, onEngine(engine, cardOf(seat))),
    ),
  );
  const mean = (value: (each: Calibration) => number): number =>
    measured.reduce((sum, each) => sum + value(each), 0) / workers;
  return {
    opening: mean(({ opening }) => opening),
    warmingUp: mean(({ warmingUp }) => warmingUp),
    batch: mean(({ batch }) => batch),
    evaluation: { val: mean(({ evaluation }) => evaluation.val), test: mean(({ evaluation }) => evaluation.test) },
  };
}

async function calibrateWorker(
  arm: RunSettings,
  seed: number,
  data: Pick<StageOrder, 'baseFolder' | 'fingerprint' | 'weights'>,
  workplace: Workplace,
): Promise<Calibration> {
  const started = performance.now();
  const worker = new WorkerProcess(workplace);
  try {
    await worker.opened;
    // Longer than what is trained, so that the end of a run, which also looks at the test part, is not reached.
    const training = { ...arm.training, batches: 10 * (WARM_UP + TIMED), evalEvery: EVAL_EVERY };
    const order: StageOrder = {
      settings: { ...arm, training },
      epsilons: [arm.epsilon],
      places: 1,
      seed,
      from: 0,
      to: WARM_UP,
      dataset: training.dataset,
      ...data,
      start: null,
      checkpoints: { folder: '', name: '', bytesUpTo: Infinity }, // nothing is kept
    };
    const first = await trainStage(worker, order);
    const second = await trainStage(worker, {
      ...order,
      from: WARM_UP,
      to: WARM_UP + TIMED,
      start: { ...first.checkpoint!, content: null },
    });
    const evaluations = Math.floor((WARM_UP + TIMED) / EVAL_EVERY);
    const [batch, val] = [second.training / TIMED, second.evaluation / evaluations];
    return {
      opening: (first.loadedAt - started) / 1000,
      warmingUp: Math.max(0, first.training + first.evaluation - WARM_UP * batch - val),
      batch,
      evaluation: { val, test: (val * first.evaluated.test) / first.evaluated.val },
    };
  } finally {
    await worker.end();
  }
}

interface Trained {
  /** Seconds. */
  training: number;
  evaluation: number;
  checkpoint: SentCheckpoint | null;
  /** Milliseconds of `performance.now()`. */
  loadedAt: number;
  /** Images of each part. */
  evaluated: { val: number; test: number };
}

async function trainStage(worker: Trainer, order: StageOrder): Promise<Trained> {
  const trained: Trained = {
    training: 0,
    evaluation: 0,
    checkpoint: null,
    loadedAt: 0,
    evaluated: { val: 1, test: 0 },
  };
  await worker.train(order, {
    onLoaded: ({ evaluated }) =>
      Object.assign(trained, { loadedAt: performance.now(), evaluated: evaluated ?? trained.evaluated }),
    onProgress: () => {},
    onSegment: ({ seconds, checkpoint }: SegmentReport) => {
      trained.training += seconds.training;
      trained.evaluation += seconds.evaluation;
      if (checkpoint) trained.checkpoint = checkpoint;
    },
  });
  return trained;
}
