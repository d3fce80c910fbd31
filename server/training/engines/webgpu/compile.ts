import type { CompiledStep, Example, Step } from '../../engine.ts';
import { flush, type WebgpuBackend } from './backend.ts';
import type { Device } from './device.ts';
import { RecordedStep } from './recorded-step.ts';
import { trace } from './trace.ts';

/**
 * Records once which shaders a step calls, and plays the calls back for every batch. TensorFlow.js takes a hundred
 * times longer to come to the same calls, and a GPU would wait for it.
 *
 * A value that depends on nothing that is recorded (a number drawn in JavaScript, the time) would be the same in every
 * batch. Tests establish that a step has no such value: they compare it with its recording, batch after batch.
 */
export function compile(backend: WebgpuBackend, device: Device, step: Step, example: Example): CompiledStep {
  flush(backend); // earlier commands belong to no recording
  return new RecordedStep(backend, device, trace(backend, step, example));
}
