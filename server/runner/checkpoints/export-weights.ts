import { readdirSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finalWeights } from '../../store/reading/final-weights.ts';
import { parseSweepId } from '../../store/database/ids.ts';
import { readRun, type RunRecord } from '../../store/reading/read-run.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { unkeptWeights, type UnkeptBy } from '../../store/reading/unkept-weights.ts';
import type { Storage } from '../../store/database/storage.ts';
import { explainFileError } from '../../sweep/file-error.ts';
import { UserError } from '../../sweep/user-error.ts';
import { decodeCheckpoint } from '../../training/checkpoint.ts';
import type { Dataset } from '../../training/dataset.ts';
import { loadDataset } from '../../training/datasets/load.ts';
import { openEngine } from '../../training/engines/open.ts';
import { inferenceState } from '../../training/evaluation-step.ts';
import { toLayersModel } from '../../training/layers-model.ts';
import { isProgram } from '../../sweep/settings.ts';
import type { RunSettings } from '../../training/network.ts';
import { unpackFolder } from '../programs/save-archive.ts';
import { readCheckpoint } from './checkpoint-files.ts';

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
  if (run.state !== 'complete') throw refusal(run, whyUnfinished(run));
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

function refusal({ id }: RunRecord, found: string): UserError {
  return new UserError(`Cannot write the weights of ${id}: ${found}`);
}

function whyUnfinished({ state, batch, batches, divergedBatch, sweeps }: RunRecord): string {
  if (state === 'diverged')
    return `it diverged at batch ${divergedBatch}, so that it has no final weights; wanted a complete run`;
  const sweep = sweeps.at(-1)?.id ?? 'SWEEP';
  return (
    `it is ${state}, at batch ${batch} of ${batches}; ` +
    `wanted a complete run (\`cosweep run ${sweep}\` continues its sweep)`
  );
}

async function readFinalState(storage: Storage, runId: number, run: RunRecord): Promise<Uint8Array> {
  const point = finalWeights(storage, runId);
  const bytes = point && (await readCheckpoint(storage.checkpointFolder, point));
  if (bytes) return bytes;
  const unkept = point ? null : unkeptWeights(storage, runId);
  if (unkept) throw refusal(run, whyUnkept(run, unkept));
  const what = point
    ? `its checkpoint ${join(storage.checkpointFolder, point.file)} is lost or damaged`
    : 'the database has no checkpoint of its end any more';
  throw refusal(run, `${what}; \`cosweep run ${run.sweeps.at(-1)?.id ?? 'SWEEP'} --fresh\` trains its sweep anew`);
}

function whyUnkept(run: RunRecord, { sweep, keepWeights, best }: UnkeptBy): string {
  const instead = best === null || best === run.id ? '' : `, here ${best}`;
  const kept = keepWeights === 'none' ? 'of none of its runs' : `of the best run of each arm alone${instead}`;
  return (
    `its final weights were not kept, since ${sweep} keeps those ${kept} (--keep-weights ${keepWeights}); ` +
    `\`cosweep run ${sweep} --fresh --keep-weights all\` trains that sweep anew`
  );
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
