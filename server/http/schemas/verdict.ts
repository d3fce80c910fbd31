import * as z from 'zod';
import type { Verdict } from '../../report/verdict/verdict.ts';
import { count, maybe } from './fields.ts';
import { sameShape } from './registry.ts';

export type { Forest, ForestLine } from '../../report/verdict/forest.ts';
export type { Verdict };

const confirmationState = z.enum(['pending', 'undecided', 'confirmed', 'contradicted', 'ruled out', 'not confirmed']);

const paired = {
  n: count.describe('pairs'),
  mean: z.number().describe('mean of the differences'),
  sd: maybe.describe('their standard deviation; null for a single pair'),
  low: maybe.describe("lower end of Student's 95 % interval of the mean; null for a single pair"),
  high: maybe.describe('upper end of that interval; null for a single pair'),
};

const interval = z.tuple([z.number(), z.number()]);

const forestLine = z.strictObject({
  arm: count.nullable().describe('index of the arm; null for all arms together'),
  name: z.string().describe('name of the arm'),
  mean: z.number().describe('mean difference to the control'),
  interval: interval.nullable().describe("Student's 95 % interval; null for a single pair"),
  together: interval.nullable().describe('the interval that covers for all arms together; null outside the tests'),
  seeds: z.array(z.number()).describe('the difference on each seed; empty above twenty seeds'),
  n: count.describe('pairs'),
  text: z.string().describe('mean and interval in words'),
  p: z.string().nullable().describe('the corrected p in words; null where there is none'),
  isSignificant: z.boolean().describe('true where the corrected p is under 0.05'),
  isDead: z.boolean().describe('true where the truncated term was 0 in every run'),
  bad: z.string().nullable().describe('runs that diverged or fell to chance, in words; null where none did'),
  confirmation: z
    .strictObject({
      state: confirmationState.describe('what fresh seeds say'),
      mean: z.number().describe('mean difference on the fresh seeds'),
      interval: interval.nullable().describe("Student's 95 % interval; null for a single pair"),
      text: z.string().describe('mean and interval in words'),
      p: z.string().nullable().describe('p in words; null where there is none'),
    })
    .nullable()
    .describe('what fresh seeds say; null where nobody has confirmed the arm'),
});

export const verdict = sameShape<Verdict>()(
  'Verdict',
  'What a sweep answers, in one sentence, and what to do next',
  z.strictObject({
    case: z
      .enum([
        'noRun',
        'unfinished',
        'noControl',
        'noPair',
        'dead',
        'oneSeed',
        'tooFewSeeds',
        'notComparable',
        'confirmed',
        'notConfirmed',
        'bothWays',
        'better',
        'worse',
        'overallOnly',
        'excluded',
        'notShown',
      ])
      .describe('which row of the table of sentences decided'),
    metric: z.string().describe('the metric that is judged'),
    at: z.enum(['last', 'best']).describe('the value of a run: its last evaluation or its best'),
    isExploratory: z.boolean().describe("true for another metric or value than the definition's"),
    looks: count.describe('with how many different numbers of seeds it was complete; every p is corrected for them'),
    sentence: z.string().describe('the answer'),
    short: z.string().describe('the answer for a list'),
    next: z
      .strictObject({
        action: z
          .enum([
            'train',
            'wait',
            'addControl',
            'retry',
            'clone',
            'promote',
            'extend',
            'confirm',
            'import',
            'report',
            'end',
          ])
          .describe('the kind of the step'),
        text: z.string().describe('the step in words'),
        arm: count.nullable().describe('index of the arm that it is about'),
        seeds: count.nullable().describe('how many seeds it trains'),
        again: z.boolean().describe('true where the arm was confirmed before: another attempt'),
        seconds: maybe.describe('seconds of training, by the runs that there are; null where it is not known'),
      })
      .describe('what to do next'),
    arm: count.nullable().describe('index of the arm that the sentence is about'),
    overall: z
      .strictObject({
        ...paired,
        arms: count.describe('arms that are averaged over'),
        leftOut: z
          .strictObject({
            dead: count.describe('arms whose truncated term was 0 in every run'),
            same: count.describe('arms that are the same computation as another'),
            ablation: count.describe('ablations with settings of their own'),
          })
          .describe('arms that are not averaged over'),
        p: maybe.describe('sign-flip test; null where it could not reach 0.05'),
      })
      .nullable()
      .describe('the mean difference over all arms, by seed; null where there is none'),
    chosenEffect: maybe.describe('difference of the best arm when it is chosen on the other seeds'),
    confirmations: z
      .array(
        z.strictObject({
          arm: count.describe('index of the arm'),
          sweepIds: z.array(z.string()).describe('the sweeps that trained its fresh seeds'),
          state: confirmationState.describe('what the fresh seeds say'),
          complete: count.describe('fresh seeds whose pair is complete'),
          planned: count.describe('fresh seeds that were asked for'),
          part: z.enum(['test', 'validation']).describe('part of the data that the metric is measured on'),
          difference: z
            .strictObject(paired)
            .nullable()
            .describe('with − without on the fresh seeds; null before the first pair'),
          p: maybe.describe('corrected for the attempts and the arms; null where there is none'),
        }),
      )
      .describe('what fresh seeds say of arms of this sweep'),
    forest: z
      .strictObject({
        unit: z.string().describe('points for accuracies, else nothing'),
        better: z.enum(['right', 'left']).nullable().describe('on which side of 0 a difference is better'),
        overall: forestLine.nullable().describe('all arms together; null for fewer than two'),
        lines: z.array(forestLine).describe('the arms with a difference, those of one control together'),
      })
      .describe('the differences of all arms on one scale, in the unit'),
  }),
);
