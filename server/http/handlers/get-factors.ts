import * as z from 'zod';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { factorsOf } from '../answers/factors.ts';
import { smallestEffectOf } from '../answers/verdict.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { metricName, sweepId } from '../parameters.ts';
import { refuseTooManySums, resultsFor } from '../results-for.ts';
import { route } from '../route.ts';
import { factors } from '../schemas/factors.ts';

const parameterName = z.string().max(120).describe('name of a parameter that varies');

export const getFactorsRoute = route({
  method: 'get',
  path: '/sweeps/:id/factors',
  summary: 'How the difference to the control depends on the parameters: slices, importance, and a map of two',
  description: 'Exploratory: the tests of each parameter are a family of their own.',
  answeredBy: 'heavy',
  isKept: true,
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    metric: metricName.optional().describe("default: the sweep's own"),
    at: z.enum(['last', 'best']).default('last').describe('the value of a run: its last evaluation or its best'),
    x: parameterName.optional().describe('parameter of the columns of the map; default: the one that matters most'),
    y: parameterName.optional().describe('parameter of the rows of the map; default: the next'),
  }),
  body: null,
  answer: { status: 200, shape: factors },
  async handle({ storage }, { params: { id }, query: { metric, at, x, y } }) {
    const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
    const name = metric ?? sweep.metric.name;
    refuseTooManySums(sweep, 1);
    if ((x === undefined) !== (y === undefined))
      throw new HttpError(
        'bad-request',
        `Cannot make the map of ${id}: found ${x === undefined ? 'y' : 'x'} alone, wanted both`,
      );
    const pair = x === undefined || y === undefined ? undefined : ([x, y] as const);
    const smallestEffect = smallestEffectOf(sweep, name);
    const body = factorsOf(resultsFor(storage, sweep, [name]), sweep.definition, {
      metric: name,
      at,
      pair,
      smallestEffect,
    });
    return { status: 200, body };
  },
});
