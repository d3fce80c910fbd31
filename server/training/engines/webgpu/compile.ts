import type { CompiledStep, Step } from '../../engine.ts';
import { flush, type Backend } from './backend.ts';
import type { Device } from './device.ts';
import { RecordedStep } from './recorded-step.ts';
import { trace, type Example } from './trace.ts';

/**
 * Records what a step has the GPU do, once, and plays that back for every batch: TensorFlow.js takes a hundred times
 * longer to come to the same calls, and a GPU would wait for it.
 *
 * What depends on nothing that is recorded (a number drawn in JavaScript, the time) would be the same in every batch:
 * that a step has no such thing is what its tests establish, by comparing it with its recording batch after batch.
 */
export function compile(backend: Backend, device: Device, step: Step, example: Example): CompiledStep {
  flush(backend); // what was asked for before belongs to no recording
  return new RecordedStep(backend, device, trace(backend, step, example));
}
