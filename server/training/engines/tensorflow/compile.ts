import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledStep, Step } from '../../engine.ts';
import type { Backend } from './binding.ts';
import { CompiledGraph } from './compiled-graph.ts';
import { encodeSavedModel, TAG } from './saved-model.ts';
import { trace, type Example } from './trace.ts';

/**
 * Traces a step once and makes a TensorFlow graph of it. TensorFlow.js dispatches each small operation by itself; the
 * same operations as one graph are scheduled by TensorFlow, which takes a third to a quarter of the time.
 *
 * What neither the addon nor an argument knows of (a number drawn in JavaScript, the time) would be a constant of the
 * graph: that a step has no such thing is what its tests establish, by comparing it with its graph batch after batch.
 */
export function compile(backend: Backend, step: Step, example: Example): CompiledStep {
  const { nodes, signature } = trace(backend, step, example);
  return new CompiledGraph(backend, load(backend, encodeSavedModel(nodes)), signature);
}

/**
 * TensorFlow loads a model from a folder only; it is read at once and needed no more.
 *
 * @returns the addon's number of the graph
 */
function load(backend: Backend, model: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-step-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), model);
    return backend.binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
