import { z } from 'zod';

/** The parts of MLflow's answers that are used here. Empty lists are left out of them. */

export const ServerError = z.object({ error_code: z.string(), message: z.string().default('') });

export const Experiment = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string().optional() }),
});

export const Experiments = z.object({ experiments: z.array(z.object({ experiment_id: z.string() })).default([]) });

export const CreatedExperiment = z.object({ experiment_id: z.string() });

/** Numbers of 64 bits are texts where protobuf writes them. */
const Whole = z.coerce.number();
const Pairs = z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]);

export const Run = z.object({
  info: z.object({
    run_id: z.string(),
    status: z.string().optional(),
    end_time: Whole.optional(),
    lifecycle_stage: z.string().optional(),
  }),
  data: z
    .object({
      /** The last value of each. */
      metrics: z.array(z.object({ key: z.string(), step: Whole.default(0), timestamp: Whole.default(0) })).default([]),
      params: Pairs,
      tags: Pairs,
    })
    .prefault({}),
});
export type Run = z.output<typeof Run>;

export const Runs = z.object({ runs: z.array(Run).default([]), next_page_token: z.string().optional() });

export const CreatedRun = z.object({ run: Run });

/** Of requests that only have to succeed. */
export const Done = z.object({});
