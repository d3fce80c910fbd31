import * as z from 'zod';
import type { Usage } from '../../sweep/results.ts';
import { maybe } from './fields.ts';
import { sameShape } from './registry.ts';

const share = z.number().describe('over how much of `seconds` it was measured, from 0 to 1');

export const usage = sameShape<Usage>()(
  'Usage',
  'What training used of the machines. What was taken from a trunk used nothing',
  z.strictObject({
    seconds: z.number().describe('seconds of training, evaluations included, measured or not'),
    processor: z
      .strictObject({
        seconds: z.number().describe('processor time of the processes that trained, all cores together'),
        peakMemory: z.number().describe('bytes of memory that such a process had at most'),
        share,
      })
      .nullable()
      .describe('of the processes that trained; null where it was not measured'),
    gpu: z
      .strictObject({
        use: maybe.describe('mean utilisation, from 0 to 1; null where the card does not say'),
        peakUse: maybe.describe('highest utilisation, from 0 to 1; null where the card does not say'),
        peakMemory: maybe.describe('bytes in use on the card at most, by whomever; null where the card does not say'),
        share,
      })
      .nullable()
      .describe('of the graphics card, as nvidia-smi says every ten seconds; null where it was not measured'),
    energy: z
      .strictObject({
        joules: z.number().describe('the energy; what workers used at the same time is divided equally among them'),
        share,
      })
      .nullable()
      .describe('what the whole graphics card drew, as nvidia-smi says; null where it was not measured'),
  }),
);
