import * as z from 'zod';
import type { CurveItem, CurvesResponse } from '../api.ts';
import { batch, count, maybe } from './common.ts';
import { shape } from './registry.ts';

const curveItem = shape<CurveItem>(
  'CurveItem',
  z.strictObject({
    run: z.string(),
    metric: z.string(),
    raw: z.boolean(),
    points: count,
    batches: z.array(batch),
    values: z.array(maybe),
  }),
);

export const curvesResponse = shape<CurvesResponse>(
  'CurvesResponse',
  z.strictObject({ from: batch, to: batch, width: count, curves: z.array(curveItem) }),
);
