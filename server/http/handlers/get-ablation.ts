import * as z from 'zod';
import { buildAblationTable } from '../../report/table/ablation-table.ts';
import { toDisplayTable } from '../../report/formats/display-table.ts';
import { DIGITS } from '../../report/number-format.ts';
import { CORRECTIONS } from '../../report/table/shown-p.ts';
import { MOST_DIGITS } from '../../report/table/table-options.ts';
import { metricsOfTable } from '../../report/table/table-needs.ts';
import type { TableOptions } from '../../report/table/table.ts';
import { toJson } from '../../report/formats/to-json.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { knownSweep, refuseUnknownMetrics } from '../known.ts';
import { decimal, metricName, repeated, sweepId, textUpTo, wholeNumber } from '../parameters.ts';
import { refuseTooManySums, resultsFor } from '../results-for.ts';
import { route, type FileReply, type Reply } from '../route.ts';
import { isFileFormat, TABLE_FORMATS, TABLE_MEDIA, tableFile } from '../table-files.ts';
import { ablationJson, ablationResponse } from '../schemas/ablation.ts';

const ablationAnswer = z.union([ablationJson, ablationResponse]).describe('The table in the format that was asked for');

export const getAblationRoute = route({
  method: 'get',
  path: '/sweeps/:id/ablation',
  summary: 'The ablation table: as data, laid out for a page, or in a format for papers and programs',
  description:
    'As json it is the same as `cosweep export --format json`. Rows and columns go by the parameters ' +
    'that `varying` of the sweep names. If the curves behind the table have more points than one answer ' +
    'may be computed from, or its tests more sums, the answer is 413, too-large.',
  answeredBy: 'heavy',
  isKept: true,
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    format: z
      .enum(TABLE_FORMATS)
      .default('json')
      .describe('json: AblationJson; page: AblationResponse; the others: text of that format'),
    metric: repeated(metricName, 10).optional().describe("may be given several times; default: the sweep's own"),
    at: z.enum(['last', 'best']).default('last').describe('the value of a run: its last evaluation or its best'),
    rows: textUpTo(120).optional().describe('arm (the default), or a parameter'),
    cols: textUpTo(120).optional().describe('a parameter; rows must be another one'),
    baseline: textUpTo(200).optional().describe('index or name of the arm that every other arm is compared with'),
    target: decimal.optional().describe('the value that batchesToTarget counts up to'),
    correction: z.enum(CORRECTIONS).default('maxT').describe('what p and marks are corrected by for several rows'),
    digits: wholeNumber(1, MOST_DIGITS).default(DIGITS).describe('digits of a half-width that are shown'),
    ids: z.enum(['true', 'false']).default('false').describe('with the ids of the runs behind each line'),
  }),
  body: null,
  answer: {
    status: 200,
    shape: ablationAnswer,
    media: TABLE_MEDIA,
  },
  async handle(
    { storage },
    { params: { id }, query: { format, metric, at, rows, cols, baseline, target, correction, digits, ids } },
  ): Promise<Reply<z.output<typeof ablationAnswer>> | FileReply> {
    const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
    const options: TableOptions = {
      at,
      correction,
      digits,
      ids: ids === 'true',
      ...(metric === undefined ? {} : { metrics: metric }),
      ...(rows === undefined ? {} : { rows }),
      ...(cols === undefined ? {} : { cols }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(target === undefined ? {} : { target }),
    };
    refuseUnknownMetrics(metric ?? [], sweep.plan.metrics);
    refuseTooManySums(sweep, metric?.length ?? 1);
    const metrics = metricsOfTable(sweep.metric.name, options);
    const table = buildAblationTable(resultsFor(storage, sweep, metrics), options);
    if (isFileFormat(format)) return tableFile(table, format, `${id}-ablation`);
    const data = toJson(table);
    return { status: 200, body: format === 'page' ? { data, table: toDisplayTable(table) } : data };
  },
});
