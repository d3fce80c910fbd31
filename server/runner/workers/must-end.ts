import { explainFileError } from '../../sweep/file-error.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import type { Engine } from '../../training/engine.ts';
import { usesGpu } from '../../training/engines/uses-gpu.ts';

/**
 * Whether a worker process cannot go on after an error. A device that is lost stays lost to its process. CUDA's context
 * is not usable after an error in it either: whatever the process trains next would fail too, and a fresh one has a
 * fresh context. What is said of data and files says nothing against the device.
 */
export function mustEnd(thrown: unknown, engine: Pick<Engine, 'name' | 'lost'> | undefined): boolean {
  if (!engine) return false;
  if ((engine.lost?.() ?? null) !== null) return true;
  const error = explainFileError(thrown);
  return usesGpu(engine.name) && !(error instanceof UserError || error instanceof OutsideError);
}
