import type { OptimizerSettings } from '../../sweep/settings.ts';

/**
 * The learning rate of optimiser step t.
 *
 * Warm-up rises linearly over the first `warmup` batches, reaching the full rate at t = warmup − 1 (so batch 0 is never
 * wasted on a rate of 0). After it: `constant`; `step`: times `decay` at each batch listed in `steps`; `cosine`:
 * η/2·(1 + cos(π·(t − warmup)/(batches − warmup))), Loshchilov and Hutter 2017, eq. 5.
 *
 * @param t optimiser steps already taken, from 0
 * @param batches of the whole run
 */
export function learningRate(settings: OptimizerSettings, batches: number, t: number): number {
  const { learningRate: full, schedule, warmup, steps, decay } = settings;
  if (t < warmup) return full * ((t + 1) / warmup);
  switch (schedule) {
    case 'constant':
      return full;
    case 'step':
      return full * decay ** steps.filter((step) => t >= step).length;
    case 'cosine':
      return (full / 2) * (1 + Math.cos((Math.PI * (t - warmup)) / Math.max(1, batches - warmup)));
  }
}
