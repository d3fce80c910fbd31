import { above, aboveUpTo, halfOpen, oneOf, strict } from './schema-parts.ts';

/** `loss` of a definition: the options of the combined loss and their defaults. */
export const lossSchema = strict({
  s: above(0)
    .default(30)
    .describe(
      'Scale of the cosine logits. With C classes keep s ≥ ((C − 1)/C)·ln((C − 1)P/(1 − P)): 6.1 for C = 10, P = 0.99.',
    ),
  m: halfOpen(0, 2).default(0.35).describe('Additive margin of AM-Softmax.'),
  truncation: oneOf(['batch', 'sample', 'class', 'none'])
    .default('batch')
    .describe(
      'What ε is subtracted from before the cut at 0: the mean over the batch, each sample, each class; ' +
        '`none` does not cut.',
    ),
  distance: oneOf(['cosine', 'angle', 'euclidean'])
    .default('cosine')
    .describe('Distance of a feature to its center. `euclidean` needs `centerSpace` raw.'),
  centerUpdate: oneOf(['cumulative', 'ema', 'wen', 'batch'])
    .default('cumulative')
    .describe('How the stored centers follow the features of a batch.'),
  centerRate: aboveUpTo(0, 1).default(0.1).describe('ρ of `ema`, η of `wen`; the other rules do not use it.'),
  centerSpace: oneOf(['unit', 'raw']).default('unit').describe('Centers of unit features or of raw features.'),
  centerOrder: oneOf(['updateThenLoss', 'lossThenUpdate'])
    .default('updateThenLoss')
    .describe('Whether the loss sees the centers after or before this batch updates them.'),
  crossEntropyHead: oneOf(['linear', 'cosine'])
    .default('linear')
    .describe('Logits of the cross-entropy: W f + b, or s·cos(f, w) without margin and bias.'),
});
