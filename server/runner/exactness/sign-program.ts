import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../../store/training/run-state.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { nameOfTemporaries } from '../checkpoints/checkpoint-files.ts';
import { programOrder } from '../order/program-order.ts';
import { removeFolders } from '../programs/leftovers.ts';
import { forkOf, type Subject } from '../programs/subject.ts';
import type { Trainer } from '../workers/trainer.ts';
import { addPoints, type Points } from './trained.ts';

/** What a program is trained on, and what tells its bits there from those of other machines; 64 hex digits. */
export interface SignedProgram {
  machine: Machine;
  signature: string;
}

/**
 * Signs the bits that an exact program computes: by what it reports of the first batches of an arm, and by what it says
 * of its state after them.
 *
 * @param stages where the folders of its stages are made
 * @throws {WorkerError} where it does not train them
 */
export async function signProgram(
  trainer: Trainer,
  { arm, seed }: Pick<Subject, 'arm' | 'seed'>,
  stages: string,
): Promise<SignedProgram> {
  let machine = await trainer.opened;
  const points: Points = new Map();
  let digest: string | null = null;
  const to = forkOf(arm);
  const checkpoints = { folder: join(stages, 'sign'), name: nameOfTemporaries(), bytesUpTo: 0 };
  const order = programOrder({ ...arm, training: { ...arm.training, evalEvery: to } }, { stageId: 0, to }, seed);
  try {
    await trainer.train(
      { ...order, stage: 'sign', seed, from: 0, to, start: null, checkpoints },
      {
        onLoaded: (loaded) => (machine = loaded.machine ?? machine),
        onProgress: () => {},
        onSegment: (segment) => {
          addPoints(points, segment.points);
          digest = segment.digest ?? null;
        },
      },
    );
  } finally {
    await removeFolders(stages, (name) => name === 'sign');
  }
  return { machine, signature: hashOf(['trained', inOrder(points), digest]) };
}

/** Of a program whose bits nobody can compare: machines of one kind count as equal. @param gpus that it gets */
export async function signMachine(trainer: Trainer, gpus: number): Promise<SignedProgram> {
  const machine = await trainer.opened;
  // What it computes on where it gets no GPU is its own choice; the processor is what is known.
  return { machine, signature: hashOf(['machine', machine, gpus === 0 ? (cpus()[0]?.model ?? '') : null]) };
}

/** Each value by its bits. */
function inOrder(points: Points): unknown {
  const bits = new DataView(new ArrayBuffer(8));
  const toHex = (value: number): string => {
    bits.setFloat64(0, value);
    return bits.getBigUint64(0).toString(16);
  };
  const metrics = [...points].sort(([a], [b]) => (a < b ? -1 : 1));
  return metrics.map(([metric, known]) => [
    metric,
    [...known].sort(([a], [b]) => a - b).map(([batch, value]) => [batch, toHex(value)]),
  ]);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(toCanonicalJson(value)).digest('hex');
}
