import { loadDataset } from '../../training/datasets/load.ts';
import type { ProcessUsage } from '../../store/training/add-usage.ts';
import type { Checkpoint } from '../../training/checkpoint.ts';
import type { Dataset } from '../../training/dataset.ts';
import type { Engine } from '../../training/engine.ts';
import { openEngine } from '../../training/engines/open.ts';
import { packageVersion } from '../../training/engines/packages.ts';
import { signaturesOf } from '../../training/engines/signatures.ts';
import { fit } from '../../training/fit.ts';
import type { Segment } from '../../training/fit-task.ts';
import { projectFolder } from '../../training/project-folder.ts';
import type { HostState } from '../../training/state.ts';
import { StepCache } from '../../training/step-cache.ts';
import { loadStart, startsFromFile } from '../../training/weights/start-weights.ts';
import { ProcessMeter } from '../usage/process-meter.ts';
import { packCheckpoint, unpackCheckpoint, type CheckpointFolder } from '../checkpoints/pack-checkpoint.ts';
import type { SegmentReport, StageOrder, Start, ToWorker } from './messages.ts';
import { mustEnd } from './must-end.ts';
import { followMain, sayAlive, send, sendFailure } from './to-main.ts';

// A worker process: trains one stage after the other as the main process says, and never touches the database.

let engine: Engine | undefined;
let steps: StepCache | undefined;
let stopping = false;

followMain(end);

process.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'open':
      return void report(async () => {
        engine = await openEngine(message.engine, message.card);
        steps = new StepCache(engine);
        const versions = { ...engine.versions, cosweep: packageVersion(projectFolder()) };
        send({ kind: 'ready', device: engine.device, versions });
      });
    case 'sign':
      return void report(async () =>
        send({ kind: 'signed', signatures: await signaturesOf(engine!, message.structures, sayAlive) }),
      );
    case 'train':
      stopping = false;
      return void report(() => train(message.order as StageOrder));
    case 'stop':
      stopping = true;
  }
});

async function train(order: StageOrder): Promise<void> {
  const start = order.start && (await startOf(order.start, order.checkpoints));
  const dataset = await datasetOf(order);
  send({
    kind: 'loaded',
    loaded: {
      classes: dataset.classes,
      evaluated: { val: dataset.validation.count, test: dataset.test?.count ?? 0 },
    },
  });
  const initial = start ? {} : await initialOf(order, dataset);
  const { settings, epsilons, places, seed, from, to } = order;
  const meter = new ProcessMeter();
  try {
    await fit({ settings, epsilons, places, seed, start, initial, from, to }, dataset, steps!, {
      onProgress: (batch) => send({ kind: 'progress', batch }),
      onAlive: sayAlive,
      onSegment: async (segment) =>
        send({ kind: 'segment', segment: await toReport(segment, meter.take(), order.checkpoints) }),
      shouldStop: () => stopping,
    });
  } finally {
    meter.end();
  }
}

/** What of the state before batch 0 is not drawn. */
async function initialOf({ settings, baseFolder, weights, brought }: StageOrder, dataset: Dataset): Promise<HostState> {
  const { model } = settings.training;
  if (!startsFromFile(model)) return {};
  const images = { shape: dataset.shape, classes: dataset.classes.length };
  const start = { ...model, weights: brought?.weights ?? model.weights };
  return loadStart(start, images, { baseFolder, wanted: weights! });
}

interface Held {
  hash: string;
  checkpoint: Checkpoint;
}

/**
 * What need not be sent again: the checkpoint that was given last, from which several stages fork, and the one that was
 * made last, from which the trunk goes on.
 */
let given: Held | undefined;
let made: Held | undefined;

async function startOf({ hash, content }: Start, { folder }: CheckpointFolder): Promise<Checkpoint> {
  const checkpoint = content
    ? await unpackCheckpoint({ hash, content }, folder)
    : [given, made].find((each) => each?.hash === hash)?.checkpoint;
  if (!checkpoint)
    throw new Error(
      `Cannot continue from checkpoint ${hash}: it was not sent, ` +
        'and it is neither the last one that was sent nor the last one made here',
    );
  given = { hash, checkpoint };
  return checkpoint;
}

async function toReport(
  { checkpoint, ...segment }: Segment,
  usage: ProcessUsage,
  folder: CheckpointFolder,
): Promise<SegmentReport> {
  const sent = checkpoint && (await packCheckpoint(checkpoint, folder));
  if (sent) made = { hash: sent.hash, checkpoint: checkpoint! };
  return { ...segment, checkpoint: sent, usage };
}

let held: { key: string; dataset: Dataset } | undefined;

/** Most sweeps have one data set, or one split of it a seed: the last one is kept. */
async function datasetOf({ dataset: settings, baseFolder, seed, fingerprint, brought }: StageOrder): Promise<Dataset> {
  const key = JSON.stringify([settings, baseFolder, settings.splitSeed === 'seed' ? seed : null, fingerprint]);
  const packed = brought?.dataset;
  const dataset = held?.key === key ? held.dataset : await loadDataset(settings, { baseFolder, seed, packed });
  if (dataset.fingerprint !== fingerprint) {
    throw new Error(
      `Cannot train on the data set ${settings.name}: it has changed since the sweep began ` +
        `(it was ${fingerprint.slice(0, 12)}…, found ${dataset.fingerprint.slice(0, 12)}…). ` +
        'Wanted: the same data to the end; `cosweep run` trains all of it on what is there now',
    );
  }
  held = { key, dataset };
  return dataset;
}

async function report(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const ends = mustEnd(thrown, engine);
    await sendFailure(thrown, ends);
    if (ends) await end();
  }
}

/** In milliseconds. */
const ENDS_WITHIN = 5000;

/** A device that cannot be given back must not keep the process alive, since nobody waits for it. */
async function end(): Promise<void> {
  setTimeout(() => process.exit(1), ENDS_WITHIN).unref();
  await engine?.close().catch(() => {});
  process.exit();
}
