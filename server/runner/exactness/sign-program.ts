import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../store/training/run-state.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { nameOfTemporaries } from '../checkpoints/checkpoint-files.ts';
import { programOrder } from '../order/program-order.ts';
import { removeFolders } from '../programs/leftovers.ts';
import type { Subject } from '../programs/subject.ts';
import type { Sign } from '../workers/measure-bits.ts';
import type { ProgramOrder } from '../workers/messages.ts';
import type { StageCallbacks, Trainer } from '../workers/trainer.ts';
import type { Task } from './bench.ts';
import { toTask } from './check-program.ts';
import { addPoints, type Points } from './trained.ts';

/** In milliseconds: so long a program that is not known to be exact may take to say what it runs on. */
const SAYS_WITHIN = 60_000;

/** A program as it is signed on a machine. */
export interface Signing {
  /** One arm for each structure. */
  subjects: readonly Subject[];
  /** Any arm of its sweep. */
  first: Pick<Subject, 'arm' | 'seed'>;
  /** Else its bits differ from one time to the next, or nobody has looked. */
  isExact: boolean;
}

/**
 * Has a worker sign the bits that a program computes: of each structure by what it reports of the first batches of an
 * arm, and by what it says of its state after them. Where it is not known to be exact, it only says what it runs on.
 *
 * @param stages where the folders of its stages are made
 */
export function signerOf({ subjects, first, isExact }: Signing, stages: string): Sign {
  return async (worker) => {
    if (!isExact) return { machine: await askMachine(worker, first, stages), signatures: subjects.map(() => null) };
    let machine = await worker.opened;
    const signatures: string[] = [];
    for (const subject of subjects) {
      const signed = await sign(worker, toTask(subject), stages);
      machine = signed.machine ?? machine;
      signatures.push(signed.signature);
    }
    return { machine, signatures };
  };
}

async function sign(
  worker: Trainer,
  { arm, seed, to }: Task,
  stages: string,
): Promise<{ machine: Machine | null; signature: string }> {
  let machine: Machine | null = null;
  const points: Points = new Map();
  let digest: string | null = null;
  const sample = sampleOf(arm, seed, to);
  await train(worker, sample, stages, {
    onLoaded: (loaded) => (machine = loaded.machine ?? null),
    onProgress: () => {},
    onSegment: (segment) => {
      addPoints(points, segment.points);
      digest = segment.digest ?? null;
    },
  });
  // Of other batches nobody can say whether the bits are the same: so it is said which ones these are.
  const { command, order } = sample;
  const which = hashOf({ command, order, to }).slice(0, 16);
  return { machine, signature: `${hashOf([inOrder(points), digest])}-p${which}` };
}

/** Starts it, and ends it as soon as it has said what it runs on. */
async function askMachine(worker: Trainer, { arm, seed }: Signing['first'], stages: string): Promise<Machine> {
  let machine = await worker.opened;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    worker.kill();
  };
  const waited = new AbortController();
  void sleep(SAYS_WITHIN, undefined, { signal: waited.signal, ref: false }).then(end, () => {});
  try {
    await train(worker, sampleOf(arm, seed, arm.training.batches), stages, {
      onLoaded: (loaded) => {
        machine = loaded.machine ?? machine;
        end();
      },
      onProgress: () => {},
      onSegment: () => {},
    });
  } catch (error) {
    if (!isOver) throw error;
  } finally {
    waited.abort();
  }
  return machine;
}

type Sample = Omit<ProgramOrder, 'checkpoints'>;

function sampleOf(arm: Task['arm'], seed: number, to: number): Sample {
  return { ...programOrder(arm, { stageId: 0, to }, seed), stage: 'sign', seed, from: 0, to, start: null };
}

async function train(worker: Trainer, sample: Sample, stages: string, told: StageCallbacks): Promise<void> {
  const checkpoints = { folder: join(stages, 'sign'), name: nameOfTemporaries(), bytesUpTo: 0 };
  try {
    await worker.train({ ...sample, checkpoints }, told);
  } finally {
    await removeFolders(stages, (name) => name === 'sign');
  }
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
