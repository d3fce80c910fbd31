import * as z from 'zod';
import type { DatabaseReport, DatasetReport, DoctorResponse, EngineReport } from '../api.ts';
import { count, maybe, words } from './common.ts';
import { shape } from './registry.ts';

const engine = shape<EngineReport>(
  'EngineReport',
  z.strictObject({
    name: z.string(),
    works: z.boolean(),
    device: words,
    versions: z.record(z.string(), z.string()),
    stepMs: maybe,
    reason: words,
    remedy: words,
    lossCases: z
      .strictObject({
        cases: count,
        passed: count,
        worst: z.strictObject({ terms: z.number(), centers: z.number(), gradients: z.number() }),
      })
      .nullable(),
  }),
);

const dataset = shape<DatasetReport>(
  'DatasetReport',
  z.strictObject({ name: z.string(), available: z.boolean(), where: z.array(z.string()), remedy: words }),
);

const database = shape<DatabaseReport>(
  'DatabaseReport',
  z.strictObject({
    path: z.string(),
    exists: z.boolean(),
    works: z.boolean(),
    schema: words,
    bytes: maybe,
    sweeps: maybe,
    runs: maybe,
    reason: words,
    remedy: words,
  }),
);

export const doctorResponse = shape<DoctorResponse>(
  'DoctorResponse',
  z.strictObject({ engines: z.array(engine), datasets: z.array(dataset), database }),
);
