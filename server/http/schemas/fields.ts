import * as z from 'zod';
import type { ParamValue } from '../../sweep/arm.ts';
import type { RunState, SweepState } from '../../sweep/results.ts';

/** What fields are made of. Each field says for itself what it means. */

export const count = z.int().min(0);
export const batch = z.int().min(0);
export const maybe = z.number().nullable();
export const thinnedFrom = count
  .exactOptional()
  .describe('how many points there were before lines were thinned; left out where all are here');
export const words = z.string().nullable();
export const time = z.string().meta({ format: 'date-time' });

export const runState = z.enum([
  'waiting',
  'running',
  'complete',
  'failed',
  'diverged',
  'cancelled',
]) satisfies z.ZodType<RunState>;

export const sweepState = z.enum([
  'queued',
  'running',
  'complete',
  'interrupted',
  'cancelled',
]) satisfies z.ZodType<SweepState>;

export const goal = z.enum(['maximize', 'minimize']).describe('which direction is better');

export const paramValue = z.union([z.number(), z.string(), z.boolean(), z.null()]) satisfies z.ZodType<ParamValue>;
