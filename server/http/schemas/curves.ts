import * as z from 'zod';
import type { Curve } from '../../sweep/results.ts';
import { batch, count, maybe } from './fields.ts';
import { shape, sameShape } from './registry.ts';

const points = {
  batches: z.array(batch).describe('batches of the points, ascending'),
  values: z.array(maybe).describe('values[i] belongs to batches[i]; null where the value was not finite'),
};

export const curve = sameShape<Curve>()('Curve', 'One metric by batch', z.strictObject(points));

const curveItem = shape(
  'CurveItem',
  'One curve as points in order of batch; every batch is a recorded one, none is made up. A curve with at most ' +
    '`width` points in the range is whole. Else, `raw: false`, each column of batches is reduced to its first, ' +
    'lowest, highest and last point; points that coincide appear once. A column has a power of two of batches, the ' +
    'least with which `width` columns have as many as the range, and begins at a multiple of it: the points of a ' +
    'curve that grows stay where they are until columns double. A value that was not finite is null and ends the line',
  z.strictObject({
    run: z.string().describe('id of the run'),
    metric: z.string().describe('name of the metric'),
    raw: z.boolean().describe('true where every recorded point of the range is here'),
    points: count.describe('points recorded in the range'),
    ...points,
  }),
);
export type CurveItem = z.output<typeof curveItem>;

export const curvesResponse = shape(
  'CurvesResponse',
  'Curves of several runs and metrics over one range of batches',
  z.strictObject({
    from: batch.describe('first batch that was looked at'),
    to: batch.describe('last batch that was looked at'),
    width: count.describe('columns that the curves were reduced to, at most; or one more'),
    curves: z.array(curveItem).describe('one for each run and metric, in the order of the request'),
  }),
);
export type CurvesResponse = z.output<typeof curvesResponse>;
