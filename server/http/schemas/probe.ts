import * as z from 'zod';
import type {
  EpsilonVerdict,
  GradientRatio,
  ProbeArm,
  ProbeCandidate,
  ProbeReport,
  ProbeTrunk,
  Quantiles,
  Spread,
} from '../../report/probe/probe-report.ts';
import { batch, count, maybe } from './fields.ts';
import { sameShape } from './registry.ts';

export type { ProbeArm, ProbeReport, ProbeTrunk, Quantiles, Spread };

const spread = sameShape<Spread>()(
  'Spread',
  'A number over the seeds',
  z.strictObject({
    mean: z.number().describe('mean over the seeds'),
    low: z.number().describe('lowest value of a seed'),
    high: z.number().describe('highest value of a seed'),
  }),
);

const quantiles = sameShape<Quantiles>()(
  'Quantiles',
  "L2 over a stretch of the trunk's batches [from, to), per seed and then over the seeds",
  z.strictObject({
    from: batch.describe('first batch of the stretch'),
    to: batch.describe('the batch before which it ends'),
    min: spread.describe('smallest L2'),
    q05: spread.describe('5 % quantile'),
    q25: spread.describe('25 % quantile'),
    q50: spread.describe('median'),
    q75: spread.describe('75 % quantile'),
    q95: spread.describe('95 % quantile'),
    max: spread.describe('largest L2'),
  }),
);

const verdict = z
  .enum(['dead', 'live', 'between'])
  .describe(
    '`dead`: on every seed ε is above all of L2, or above the 95 % quantile of L2; `above` says which. Where ' +
      'ε is above all of L2, the runs are those of the control, bit for bit. `live`: on every seed ε is below ' +
      'all of L2. `between`: anything else',
  );
const above = z
  .enum(['maximum', 'q95'])
  .nullable()
  .describe('what a dead ε is above on every seed: the maximum of L2 or its 95 % quantile; null for any other ε');

const gradientRatio = sameShape<GradientRatio>()(
  'GradientRatio',
  'How strongly the intra-class term pulls before N, next to the inter-class term',
  z.strictObject({
    beta: z.number().describe('the β'),
    ratio: spread
      .nullable()
      .describe(
        'median of ‖β∇L2‖/‖α∇L1‖ at the features over the batches before N; null where there is no such ' +
          'batch, or α∇L1 is zero',
      ),
    weak: z.boolean().nullable().describe('true where the ratio is under `weakRatio`; null where there is no ratio'),
  }),
);

const epsilonVerdict = sameShape<EpsilonVerdict>()(
  'EpsilonVerdict',
  "What an ε does to the term, judged by the trunk's L2 from N on; where the trunk ends at N, by its L2 before N",
  z.strictObject({
    epsilon: z.number().describe('the ε'),
    verdict,
    above,
    liveShare: spread.describe("share of the batches in which the trunk's L2 is above ε"),
  }),
);

const candidate = sameShape<ProbeCandidate>()(
  'ProbeCandidate',
  'One value of N on a trunk',
  z.strictObject({
    N: batch.describe('the switch batch'),
    before: quantiles.nullable().describe("L2 just before N; null at N = 0, and where no seed's trunk is trained"),
    after: quantiles
      .nullable()
      .describe('L2 from N on; null where the trunk ends at N: no arm goes on without the intra-class phase'),
    ratios: z.array(gradientRatio).describe('one for each β'),
    epsilons: z.array(epsilonVerdict).describe('one for each ε; empty where there is nothing to judge by'),
  }),
);

const trunk = sameShape<ProbeTrunk>()(
  'ProbeTrunk',
  'What the arms of one trunk share before their intra-class phase',
  z.strictObject({
    name: z.string().describe('what sets the trunk apart'),
    alpha: z.number().describe('its α'),
    gamma: z.number().describe('its γ'),
    truncation: z
      .enum(['batch', 'sample', 'class', 'none'])
      .describe(
        'the value that ε is subtracted from before the cut: the mean over the `batch`, each `sample`, the mean of ' +
          'each `class`; `none` does not cut',
      ),
    end: batch.describe('the batch before which it ends'),
    arms: count.describe('arms that go through it'),
    seeds: z.array(count).describe('seeds whose trunk is at its end'),
    unfinished: z.array(count).describe('seeds whose trunk is not at its end: not trained yet, or diverged'),
    candidates: z.array(candidate).describe('one for each N'),
  }),
);

const arm = sameShape<ProbeArm>()(
  'ProbeArm',
  'What the probe says of one arm with the intra-class phase',
  z.strictObject({
    arm: count.describe('index of the arm'),
    name: z.string().describe('name of the arm'),
    trunk: count.describe('index into `trunks`'),
    N: batch.describe('its switch batch'),
    beta: z.number().describe('its β'),
    epsilon: z.number().describe('its ε'),
    verdict: verdict
      .nullable()
      .describe('what its ε does to the term, as in EpsilonVerdict; null where there is nothing to judge by'),
    above,
    ratio: maybe.describe('mean of its gradient ratio over the seeds; null where there is none'),
    weak: z.boolean().nullable().describe('true where the ratio is under `weakRatio`; null where there is no ratio'),
    sameAs: z
      .strictObject({
        arm: count.describe('index of that arm'),
        name: z.string().describe('name of that arm'),
        certain: z
          .boolean()
          .describe(
            "true where both ε are above all of L2, so that both runs are the control's; otherwise the runs " +
              'part as soon as their own L2 comes between the two ε',
          ),
      })
      .nullable()
      .describe(
        'the arm with the next smaller ε and everything else equal, where both ε are on the same side of ' +
          "all of the trunk's L2 from N on; null where there is none",
      ),
  }),
);

export const probeReport = sameShape<ProbeReport>()(
  'ProbeReport',
  'What the trunks of a sweep say about it before it is trained; the same as `cosweep probe --json`',
  z.strictObject({
    sweepId: z.string().describe('id of the sweep'),
    name: z.string().describe('name of the sweep'),
    window: count.describe('how many batches before N count as just before it'),
    weakRatio: z.number().describe('gradient ratio under which no effect was ever found'),
    trunks: z.array(trunk).describe('the trunks'),
    arms: z.array(arm).describe('the arms with the intra-class phase'),
    notes: z.array(z.string()).describe('what a reader should know, one sentence each'),
  }),
);
