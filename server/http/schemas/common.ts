import * as z from 'zod';
import type { ArmItem, ArmParams, ErrorResponse, Metric, MetricSummary, Page, RunCounts } from '../api.ts';
import { shape } from './registry.ts';

export const count = z.int().min(0);
export const batch = z.int().min(0);
export const maybe = z.number().nullable();
export const time = z.string().describe('ISO 8601').nullable();
export const words = z.string().nullable();
export const runState = z.enum(['waiting', 'running', 'complete', 'failed', 'diverged', 'cancelled']);
export const sweepState = z.enum(['queued', 'running', 'complete', 'interrupted', 'cancelled']);
export const goal = z.enum(['maximize', 'minimize']);
export const paramValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);

export const errorResponse = shape<ErrorResponse>(
  'ErrorResponse',
  z.strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      details: z.array(z.strictObject({ path: z.string(), message: z.string() })).exactOptional(),
    }),
  }),
);

export const metric = shape<Metric>('Metric', z.strictObject({ name: z.string(), goal }));

export const runCounts = shape<RunCounts>(
  'RunCounts',
  z.strictObject({
    waiting: count,
    running: count,
    complete: count,
    failed: count,
    diverged: count,
    cancelled: count,
  }),
);

export const armParams = shape<ArmParams>(
  'ArmParams',
  z.object({ alpha: maybe, beta: maybe, gamma: maybe, epsilon: maybe, N: maybe }).catchall(paramValue),
);

export const armItem = shape<ArmItem>(
  'ArmItem',
  z.strictObject({
    index: count,
    name: z.string(),
    ablation: words,
    control: z.boolean(),
    controlIndex: maybe,
    params: armParams,
  }),
);

export const metricSummary = shape<MetricSummary>(
  'MetricSummary',
  z.strictObject({ last: maybe, best: maybe, bestBatch: maybe }),
);

export function page<Item>(id: string, item: z.ZodType<Item>): z.ZodType<Page<Item>> {
  return shape<Page<Item>>(id, z.strictObject({ items: z.array(item), total: count, page: count, size: count }));
}
