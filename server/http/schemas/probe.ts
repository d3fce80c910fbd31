import * as z from 'zod';
import type { ProbeArm, ProbeCandidate, ProbeQuantiles, ProbeResponse, ProbeTrunk, SeedSpread } from '../api.ts';
import { batch, count, maybe } from './common.ts';
import { shape } from './registry.ts';

const spread = shape<SeedSpread>('SeedSpread', z.strictObject({ mean: z.number(), low: z.number(), high: z.number() }));

const quantiles = shape<ProbeQuantiles>(
  'ProbeQuantiles',
  z.strictObject({
    from: batch,
    to: batch,
    min: spread,
    q05: spread,
    q25: spread,
    q50: spread,
    q75: spread,
    q95: spread,
    max: spread,
  }),
);

const verdict = z.enum(['dead', 'live', 'between']);
const above = z.enum(['maximum', 'q95']).nullable();

const candidate = shape<ProbeCandidate>(
  'ProbeCandidate',
  z.strictObject({
    N: batch,
    before: quantiles.nullable(),
    after: quantiles.nullable(),
    ratios: z.array(z.strictObject({ beta: z.number(), ratio: spread.nullable(), weak: z.boolean().nullable() })),
    epsilons: z.array(z.strictObject({ epsilon: z.number(), verdict, above, liveShare: spread })),
  }),
);

const trunk = shape<ProbeTrunk>(
  'ProbeTrunk',
  z.strictObject({
    name: z.string(),
    alpha: z.number(),
    gamma: z.number(),
    truncation: z.enum(['batch', 'sample', 'class', 'none']),
    end: batch,
    arms: count,
    seeds: z.array(count),
    unfinished: z.array(count),
    candidates: z.array(candidate),
  }),
);

const arm = shape<ProbeArm>(
  'ProbeArm',
  z.strictObject({
    arm: count,
    name: z.string(),
    trunk: count,
    N: batch,
    beta: z.number(),
    epsilon: z.number(),
    verdict: verdict.nullable(),
    above,
    ratio: maybe,
    weak: z.boolean().nullable(),
    sameAs: z.strictObject({ arm: count, name: z.string(), certain: z.boolean() }).nullable(),
  }),
);

export const probeResponse = shape<ProbeResponse>(
  'ProbeResponse',
  z.strictObject({
    sweepId: z.string(),
    name: z.string(),
    window: count,
    weakRatio: z.number(),
    trunks: z.array(trunk),
    arms: z.array(arm),
    notes: z.array(z.string()),
  }),
);
