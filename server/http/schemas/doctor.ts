import * as z from 'zod';
import type { DatabaseReport } from '../../store/database/report-database.ts';
import { count, maybe, time, words } from './fields.ts';
import { shape, sameShape } from './registry.ts';

export type { DatabaseReport };

const reason = words.describe('why it does not work; null where it does');
const remedy = words.describe('what to do about it; null where it works');

const cardReport = shape(
  'CardReport',
  'A graphics card that an engine finds on this machine, or a part of one that MIG has made',
  z.strictObject({
    device: z.string().describe('as runs call it: its model, and what tells it from others of the model'),
    works: z.boolean().describe('whether the engine trains on it'),
    stepMs: maybe.describe('milliseconds of one training step of the small network; null where none was timed'),
    bits: words.describe('signature of the bits that it computes with the small network; null where none was measured'),
    reason,
    remedy,
  }),
);
export type CardReport = z.output<typeof cardReport>;

const engineReport = shape(
  'EngineReport',
  'An engine on this machine',
  z.strictObject({
    name: z.string().describe('tensorflow, webgpu or wasm'),
    works: z.boolean().describe('whether it trains here'),
    device: words.describe('what it computes on; null where it is not known'),
    versions: z.record(z.string(), z.string()).describe('versions of its libraries, by their names'),
    stepMs: maybe.describe('milliseconds of one training step of the small network; null where none was timed'),
    bits: words.describe(
      'signature of the bits that it computes with the small network, 64 hex digits: machines whose signatures ' +
        'differ round differently; null where none was measured',
    ),
    cards: z
      .array(cardReport)
      .describe('its cards, in the order of the numbers that --device takes; none where it computes on processors'),
    hint: words.describe('what would make it faster, or alike on all machines; null where there is nothing to say'),
    reason,
    remedy,
    lossCases: z
      .strictObject({
        cases: count.describe('reference cases that were computed'),
        passed: count.describe('cases within the tolerance'),
        worst: z
          .strictObject({
            terms: z.number().describe('of the terms of the loss'),
            centers: z.number().describe('of the updated centers'),
            gradients: z.number().describe('of the gradients'),
          })
          .describe('largest errors, as shares of the tolerance'),
      })
      .nullable()
      .describe('how it computes the reference cases of the loss; null where none were asked for'),
  }),
);
export type EngineReport = z.output<typeof engineReport>;

const datasetReport = shape(
  'DatasetReport',
  'A data set on this machine',
  z.strictObject({
    name: z.string().describe('as definitions name it'),
    available: z.boolean().describe('false where its files are missing'),
    where: z.array(z.string()).describe('where it was found, or where it was looked for'),
    remedy: words.describe('how to get it; null where it is there'),
  }),
);
export type DatasetReport = z.output<typeof datasetReport>;

const databaseReport = sameShape<DatabaseReport>()(
  'DatabaseReport',
  'The database',
  z.strictObject({
    path: z.string().describe('path of its file'),
    exists: z.boolean().describe('whether the file is there'),
    works: z.boolean().describe('whether it can be read and is not damaged'),
    schema: words.describe('name of the last migration that was applied; null where it cannot be read'),
    bytes: maybe.describe('size of the file; null where it cannot be read'),
    sweeps: maybe.describe('how many sweeps it holds; null where it cannot be read'),
    runs: maybe.describe('how many runs it holds; null where it cannot be read'),
    reason,
    remedy,
  }),
);

export const doctorResponse = shape(
  'DoctorResponse',
  'What works on this machine; the same as `cosweep doctor --json`',
  z.strictObject({
    engines: z.array(engineReport).describe('all engines'),
    datasets: z.array(datasetReport).describe('all data sets that definitions can name'),
    database: databaseReport.describe('the database of this server'),
  }),
);
export type DoctorResponse = z.output<typeof doctorResponse>;

export const doctorKept = shape(
  'DoctorKept',
  'What works on this machine, as it was measured last',
  z.strictObject({
    measuredAt: time.nullable().describe('when; null where nothing was measured yet'),
    report: doctorResponse.nullable().describe('what was found; null where nothing was measured yet'),
  }),
);
export type DoctorKept = z.output<typeof doctorKept>;
