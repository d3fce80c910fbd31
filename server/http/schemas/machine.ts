import * as z from 'zod';
import type { MachineRow, MachineStage, WaitingSeedRow } from '../../store/reading/list-machines.ts';
import { batch, count, words } from './fields.ts';
import { sameShape, shape } from './registry.ts';

const seconds = z.number().min(0);

const machineStage = sameShape<MachineStage>()(
  'MachineStage',
  'A stage that a worker on another machine trains',
  z.strictObject({
    stage: z.string().describe('id of the stage'),
    seed: count.describe('the seed that it is trained with'),
    from: batch.describe('its first batch'),
    to: batch.describe('the batch before which it ends'),
    batch: batch.describe('everything before this batch is stored'),
    runs: z
      .array(
        z.strictObject({
          run: z.string().describe('id of the run'),
          armName: z.string().describe("the name of the run's arm"),
        }),
      )
      .describe('runs of the sweep whose path goes through it; a stage of several runs is a trunk'),
  }),
);

const machineRow = sameShape<MachineRow>()(
  'MachineRow',
  'A worker on another machine, as the process that trains sees it',
  z.strictObject({
    id: z.string().describe('its name in messages'),
    host: z.string().describe('the machine that it runs on'),
    pid: count.describe('its process id there'),
    engine: z
      .string()
      .describe('the engine that it trains on; until that is open, the one that it would take by itself'),
    slots: count.describe('how many stages it trains at the same time'),
    device: words.describe('what it computes on; null until it has opened the engine'),
    versions: z
      .record(z.string(), z.string())
      .nullable()
      .describe('its libraries and their versions; null until it has opened the engine'),
    bits: words.describe(
      'the name of its class of bits on the sweep: workers of one class compute equal bits, and a seed belongs to ' +
        'one class; null until it is measured',
    ),
    state: z
      .enum(['opening', 'ready', 'training', 'unable', 'gone'])
      .describe(
        '`opening`: it opens the engine and measures its bits; `ready`: it waits for a stage; `unable`: it cannot ' +
          'train this sweep; `gone`: it was there a short time ago',
      ),
    reason: words.describe('why it is gone, or cannot train the sweep'),
    here: seconds.describe('seconds since it came'),
    silent: seconds.describe('seconds since it was heard last, by the clock of the process that trains'),
    trains: z.array(machineStage).describe('what it trains now'),
  }),
);

const waitingSeed = sameShape<WaitingSeedRow>()(
  'WaitingSeed',
  'A seed that is begun, and that nobody of those who are there may go on with',
  z.strictObject({
    seed: count.describe('the seed'),
    bits: words.describe(
      'the name of the class of bits that it belongs to; null where nobody of that class was there since the ' +
        'process that trains began',
    ),
    signatures: z
      .array(z.string())
      .describe('the first 12 hex digits of the signatures of what is trained of it; none where none was measured'),
    words: z.string().describe('what it waits for, and what can be done about it'),
  }),
);

export const machineList = shape(
  'MachineList',
  'Workers on other machines',
  z.strictObject({
    listening: z
      .strictObject({
        head: z
          .strictObject({
            pid: count.describe('its process id'),
            host: z.string().describe('the machine that it runs on'),
          })
          .describe('the process that lets them train'),
        sweep: words.describe('id of the sweep that they train; null where none has begun'),
        machines: z.array(machineRow).describe('in the order in which they came, those who are gone at the end'),
        waiting: z.array(waitingSeed).describe('seeds that wait for a machine of their class'),
      })
      .nullable()
      .describe('null where no process lets workers on other machines train'),
  }),
);
export type MachineList = z.output<typeof machineList>;
export type { MachineRow, MachineStage, WaitingSeedRow };
