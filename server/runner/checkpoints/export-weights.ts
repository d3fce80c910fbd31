import { readdirSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSweepId } from '../../store/database/ids.ts';
import { readRun, type RunRecord } from '../../store/reading/read-run.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import { explainFileError } from '../../sweep/file-error.ts';
import { decodeCheckpoint } from '../../training/checkpoint.ts';
import type { Dataset } from '../../training/dataset.ts';
import { loadDataset } from '../../training/datasets/load.ts';
import { openEngine } from '../../training/engines/open.ts';
import { inferenceState } from '../../training/evaluation-step.ts';
import { toLayersModel } from '../../training/layers-model.ts';
import { isProgram } from '../../sweep/settings.ts';
import type { RunSettings } from '../../training/network.ts';
import { unpackFolder } from '../programs/save-archive.ts';
import { readFinalState, refusal } from './read-final-state.ts';

/** What was written. */
export interface ExportedWeights {
  run: string;
  folder: string;
  files: { name: string; bytes: number }[];
}

/**
 * Writes the final weights of a complete run as a layers model of TensorFlow.js (`toLayersModel` says what it takes and
 * gives).
 *
 * The run's data set is read for it: the numbers that normalise its images are those of its training part, and belong
 * to the network.
 *
 * What a user's own program saved at the end is written as the program saved it.
 *
 * @param folder is made if it is not there; must be empty
 */
export async function exportWeights(storage: Storage, runId: number, folder: string): Promise<ExportedWeights> {
  const run = (await readRun(storage, runId))!;
  refuseFilled(run, folder);
  const bytes = await readFinalState(storage, runId, run);
  const settings = run.configuration as RunSettings;
  if (isProgram(settings.training)) return writeSaved(run, bytes, folder);
  const { state } = decodeCheckpoint(bytes);
  const dataset = await readDataset(storage, run, settings);
  await openEngine('wasm'); // the one that is always there; it only holds the weights
  const files = await toLayersModel({
    settings,
    dataset,
    state: inferenceState(state),
    about: {
      run: run.id,
      seed: run.seed,
      batches: run.batches,
      dataFingerprint: run.dataFingerprint,
      configuration: settings,
    },
  });
  try {
    await mkdir(folder, { recursive: true });
    // model.json last: whoever finds it finds its weights too.
    for (const { name, bytes } of files.toReversed()) await writeFile(join(folder, name), bytes);
  } catch (error) {
    throw explainFileError(error, `write the weights of ${run.id} to ${folder}`);
  }
  return { run: run.id, folder, files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length })) };
}

async function writeSaved(run: RunRecord, bytes: Uint8Array, folder: string): Promise<ExportedWeights> {
  try {
    return { run: run.id, folder, files: await unpackFolder([bytes], folder) };
  } catch (error) {
    throw explainFileError(error, `write what ${run.id} saved to ${folder}`);
  }
}

function refuseFilled(run: RunRecord, folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory()) throw refusal(run, `${folder} is not a folder; wanted a new or an empty folder`);
  if (readdirSync(folder).length > 0) throw refusal(run, `${folder} is not empty; wanted a new or an empty folder`);
}

async function readDataset(storage: Storage, run: RunRecord, { training }: RunSettings): Promise<Dataset> {
  const sweepId = parseSweepId(run.sweeps.at(-1)?.id ?? '');
  const sweep = sweepId === null ? null : await readSweep(storage, sweepId);
  if (!sweep) throw refusal(run, 'no sweep refers to it any more, so that it is not known where its data set is');
  const dataset = await loadDataset(training.dataset, { baseFolder: sweep.folder, seed: run.seed });
  if (dataset.fingerprint === run.dataFingerprint) return dataset;
  throw refusal(
    run,
    `data set "${dataset.name}" is not what it was trained on ` +
      `(its fingerprint is ${dataset.fingerprint.slice(0, 12)}…, ` +
      `wanted ${run.dataFingerprint?.slice(0, 12)}…), and the numbers that normalise its images are taken from it`,
  );
}
