import { writeFile } from 'node:fs/promises';
import type { Storage } from '../../store/database/storage.ts';
import { readRun } from '../../store/reading/read-run.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { explainFileError } from '../../sweep/file-error.ts';
import { isProgram } from '../../sweep/settings.ts';
import { decodeCheckpoint } from '../../training/checkpoint.ts';
import { inferenceState } from '../../training/evaluation-step.ts';
import type { RunSettings } from '../../training/network.ts';
import { encodeSafetensors } from '../../training/weights/safetensors.ts';
import { readFinalState, refusal } from './read-final-state.ts';

/**
 * Writes the final weights of a complete run as safetensors, under the names that `training.model.weights` of another
 * sweep finds them by: parameters and running statistics, `stem/conv/kernel` and `stem/norm/mean`. The state of the
 * optimiser and the centers are not among them.
 *
 * @returns how many bytes the file has
 */
export async function exportSafetensors(
  storage: Storage,
  runId: number,
  file: string,
): Promise<{ run: string; file: string; bytes: number }> {
  const run = (await readRun(storage, runId))!;
  const state = await readFinalState(storage, runId, run);
  const { training } = run.configuration as RunSettings;
  if (isProgram(training))
    throw refusal(run, 'a program of your own trained it, whose weights only itself can read; leave out --format');
  const tensors = Object.entries(inferenceState(decodeCheckpoint(state).state));
  const bytes = encodeSafetensors(
    Object.fromEntries(tensors.map(([name, tensor]) => [name.slice(name.indexOf('/') + 1), tensor])),
    { format: 'cosweep', run: run.id, seed: String(run.seed), model: toCanonicalJson(training.model) },
  );
  try {
    await writeFile(file, bytes);
  } catch (error) {
    throw explainFileError(error, `write the weights of ${run.id} to ${file}`);
  }
  return { run: run.id, file, bytes: bytes.length };
}
