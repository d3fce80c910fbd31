import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledStep, Example, Step } from '../../engine.ts';
import type { NativeBackend } from './binding.ts';
import { CompiledGraph } from './compiled-graph.ts';
import { encodeSavedModel, TAG } from './saved-model.ts';
import { trace } from './trace.ts';

/**
 * Traces a step once and makes a TensorFlow graph of it. TensorFlow.js dispatches each small operation by itself; the
 * same operations as one graph are scheduled by TensorFlow, which takes a third to a quarter of the time.
 *
 * A value that comes neither from the addon nor from an argument (a number drawn in JavaScript, the time) would become
 * a constant of the graph. Tests establish that a step has no such value: they compare it with its graph, batch after
 * batch.
 */
export function compile(backend: NativeBackend, step: Step, example: Example): CompiledStep {
  const { nodes, signature } = trace(backend, step, example);
  return new CompiledGraph(backend, load(backend, encodeSavedModel(nodes)), signature);
}

/**
 * TensorFlow loads a model from a folder only. It reads the folder at once, and does not need it afterwards.
 *
 * @returns the addon's number of the graph
 */
function load(backend: NativeBackend, model: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-step-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), model);
    return backend.binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
