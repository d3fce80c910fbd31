import type { OptimizerSettings, OwnTraining } from '../../../server/sweep/settings.ts';
import type { RunSettings } from '../../../server/training/network.ts';
import { modelOf, networks, type NetworkName } from '../../helpers/networks.ts';

/** One training of the product, which every engine does and all must agree about. */
export interface Training {
  network: NetworkName;
  optimizer: OptimizerSettings['name'];
}

export const optimizers = ['sgd', 'momentum', 'adam', 'adamw'] as const;

export const trainings: Training[] = networks.flatMap((network) =>
  optimizers.map((optimizer) => ({ network, optimizer })),
);

/** What is trained twice: every kind of layer and every optimiser. The deepest network has only more of them. */
export const repeated: Training[] = networks
  .filter((network) => network !== 'resnet20')
  .map((network, i) => ({ network, optimizer: optimizers[i % optimizers.length]! }));

export const BATCHES = 20;
export const BATCH_SIZE = 16;

/** What a training gave. */
export interface Trained {
  /** By metric, a value a batch. */
  curves: Record<string, number[]>;
  /** SHA-256 of everything: points, evaluations, and the state at the end. */
  hash: string;
}

export const keyOf = ({ network, optimizer }: Training): string => `${network}, ${optimizer}`;

/**
 * Everything that draws at random in one of them, clipping and decay in another, the intra-class phase from the middle
 * on in all.
 */
export function settingsOf({ network, optimizer }: Training): RunSettings {
  // Training is chaotic: where rounding turns one relu over, what follows drifts apart, and a long step or a deep
  // network makes more of it. So steps are short, and shortest in the deepest network.
  const fullRate = optimizer === 'sgd' ? 5e-4 : 1e-4;
  const learningRate = network === 'resnet20' ? fullRate / 10 : fullRate;
  return {
    alpha: 0.5,
    beta: 0.3,
    gamma: 1,
    epsilon: 0.02,
    N: BATCHES / 2,
    loss: {
      s: 30,
      m: 0.35,
      truncation: 'batch',
      distance: 'cosine',
      centerUpdate: 'cumulative',
      centerRate: 0.1,
      centerSpace: 'unit',
      centerOrder: 'updateThenLoss',
      crossEntropyHead: 'linear',
    },
    training: {
      dataset: {
        augment: { shift: optimizer === 'adamw' ? 2 : 0, flip: false, crop: 0, cutout: optimizer === 'adamw' ? 4 : 0 },
      } as OwnTraining['dataset'],
      model: modelOf(network, { embedding: 16, dropout: optimizer === 'adam' ? 0.2 : 0 }),
      optimizer: {
        name: optimizer,
        learningRate,
        momentum: 0.9,
        nesterov: false,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: optimizer === 'adamw' ? 0.01 : 0,
        schedule: 'cosine',
        warmup: 5,
        steps: [],
        decay: 0.1,
        clipNorm: optimizer === 'sgd' ? 5 : null,
      },
      batchSize: BATCH_SIZE,
      batches: BATCHES,
      evalEvery: BATCHES,
    },
  };
}
