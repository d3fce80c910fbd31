import type { Machine } from '../../store/training/run-state.ts';
import type { Here } from '../../store/training/same-bits.ts';
import type { Arm } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { ownTraining } from '../../sweep/settings.ts';
import { signedStructure, type SignedStructure } from '../../training/signature.ts';
import type { RunnerEvent } from '../events.ts';
import type { Data } from '../identify.ts';
import type { Crew } from './hire-crew.ts';
import { WorkerError, type Trainer } from './trainer.ts';

/** So many workers may die of measuring. */
const TRIES = 3;

interface Means {
  /** Starts a worker in the first seat, where the crew has none that is alive. */
  hire: () => Trainer;
  /** Aborted: no further worker is hired. */
  ended: AbortSignal;
  tell: (event: RunnerEvent) => void;
}

/**
 * Has the signature measured of each structure that the arms of a sweep have. All workers of a machine compute equal
 * bits, so one of them is asked. Where all have died of it another one is hired, in the first one's seat. Bits
 * that cannot be measured are unknown, and the sweep is trained nevertheless.
 */
export async function measureBits(
  crew: Crew,
  arms: readonly Arm[],
  { imagesOf }: Pick<Data, 'imagesOf'>,
  means: Means,
): Promise<Here> {
  const structures = arms.map((arm) => {
    const training = ownTraining(arm.training);
    return signedStructure({ ...arm, training }, imagesOf(training.dataset));
  });
  const keys = structures.map(toCanonicalJson);
  const distinct = new Map(structures.map((structure, i) => [keys[i]!, structure]));
  const { machine, signatures } = await ask(crew, [...distinct.values()], means);
  const byKey = new Map([...distinct.keys()].map((key, i) => [key, signatures[i] ?? null]));
  const byArm = new Map(arms.map(({ index }, i) => [index, byKey.get(keys[i]!)!]));
  return { ...machine, bitsOf: (arm) => byArm.get(arm) ?? null };
}

async function ask(
  crew: Crew,
  structures: SignedStructure[],
  { hire, ended, tell }: Means,
): Promise<{ machine: Machine; signatures: (string | null)[] }> {
  let machine: Machine | null = null;
  for (let tries = 1; ; tries++) {
    try {
      const worker = firstAlive(crew, hire);
      machine = await worker.opened;
      return { machine, signatures: await worker.sign(structures) };
    } catch (error) {
      if (!(error instanceof WorkerError) || ended.aborted) throw error;
      if (tries < TRIES) continue;
      if (!machine) throw error;
      tell({ kind: 'log', message: `the bits that this machine computes could not be measured: ${error.message}` });
      return { machine, signatures: [] };
    }
  }
}

function firstAlive({ workers }: Crew, hire: () => Trainer): Trainer {
  return workers.find(({ dead }) => !dead) ?? (workers[0] = hire());
}
