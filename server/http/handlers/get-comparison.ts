import * as z from 'zod';
import { compareSweeps } from '../../report/compare/compare-sweeps.ts';
import { MOST_SWEEPS } from '../../report/compare/comparison-options.ts';
import { comparisonToJson } from '../../report/formats/comparison-json.ts';
import { toDisplayTable } from '../../report/formats/display-table.ts';
import { DIGITS } from '../../report/number-format.ts';
import { CORRECTIONS } from '../../report/table/shown-p.ts';
import { metricsOfTable } from '../../report/table/table-needs.ts';
import { MOST_DIGITS } from '../../report/table/table-options.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { knownSweep, refuseUnknownMetrics } from '../known.ts';
import { list, metricName, sweepId, textUpTo, wholeNumber } from '../parameters.ts';
import { refuseTooManySums, resultsFor } from '../results-for.ts';
import { route, type FileReply, type Reply } from '../route.ts';
import { isFileFormat, TABLE_FORMATS, TABLE_MEDIA, tableFile } from '../table-files.ts';
import { comparisonAnswer } from '../schemas/comparison.ts';

export const getComparisonRoute = route({
  method: 'get',
  path: '/comparison',
  summary: 'One table over several sweeps: a column for each of them',
  description:
    'A line is an arm, by what varies within the sweeps, or a value of a parameter. Every cell is compared with the ' +
    'control of its own sweep; p is corrected for all differences of all sweeps. The limits of a table hold for each.',
  answeredBy: 'heavy',
  params: z.strictObject({}),
  query: z.strictObject({
    sweeps: list(sweepId, MOST_SWEEPS).describe('ids with commas between, such as s3,s7'),
    format: z
      .enum(TABLE_FORMATS)
      .default('json')
      .describe('json: ComparisonJson; page: ComparisonResponse; the others: text of that format'),
    metric: metricName.optional().describe("default: the sweeps' own, where they have the same"),
    at: z.enum(['last', 'best']).default('last').describe('the value of a run: its last evaluation or its best'),
    rows: textUpTo(120).optional().describe('arm (the default), or a parameter'),
    cols: textUpTo(120).optional().describe('sweep (the default), or a setting with one value in each sweep: dataset'),
    correction: z.enum(CORRECTIONS).default('maxT').describe('what p is corrected by within each sweep'),
    digits: wholeNumber(1, MOST_DIGITS).default(DIGITS).describe('digits of a half-width that are shown'),
  }),
  body: null,
  answer: {
    status: 200,
    shape: comparisonAnswer,
    media: TABLE_MEDIA,
  },
  async handle(
    { storage },
    { query: { sweeps, format, metric, at, rows, cols, correction, digits } },
  ): Promise<Reply<z.output<typeof comparisonAnswer>> | FileReply> {
    const all: SweepResults[] = [];
    for (const id of sweeps) {
      const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
      refuseUnknownMetrics(metric === undefined ? [] : [metric], sweep.plan.metrics);
      refuseTooManySums(sweep, 1);
      const needed = metricsOfTable(sweep.metric.name, metric === undefined ? {} : { metrics: [metric] });
      all.push(resultsFor(storage, sweep, needed));
    }
    const comparison = compareSweeps(all, {
      at,
      correction,
      digits,
      ...(metric === undefined ? {} : { metric }),
      ...(rows === undefined ? {} : { rows }),
      ...(cols === undefined ? {} : { cols }),
    });
    if (isFileFormat(format)) return tableFile(comparison, format, `${sweeps.join('-')}-comparison`);
    const data = comparisonToJson(comparison);
    return { status: 200, body: format === 'page' ? { data, table: toDisplayTable(comparison) } : data };
  },
});
