import * as z from 'zod';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { knownSweep } from '../known.ts';
import { metricName, sweepId } from '../parameters.ts';
import { refuseTooManySums, resultsFor } from '../results-for.ts';
import { route, type FileReply } from '../route.ts';

export const getReportRoute = route({
  method: 'get',
  path: '/sweeps/:id/report',
  summary: 'The sweep as one HTML file: answer, table, figures, definition, versions and hashes',
  description: 'The file runs no script and asks for nothing, so it opens from a disk and from a mail.',
  answeredBy: 'heavy',
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    metric: metricName.optional().describe("default: the sweep's own"),
    at: z.enum(['last', 'best']).default('last').describe('the value of a run: its last evaluation or its best'),
  }),
  body: null,
  answer: { status: 200, shape: z.string().describe('the file'), media: ['text/html'] },
  async handle({ storage }, { params: { id }, query: { metric, at } }): Promise<FileReply> {
    const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
    refuseTooManySums(sweep, 1);
    // Only a report needs what draws figures, which is half of the server's code.
    const { readReport } = await import('../answers/report.ts');
    const body = await readReport(storage, sweep, { metric, at }, new Date(), (metrics) =>
      resultsFor(storage, sweep, metrics, 'train/truncated'),
    );
    return { status: 200, body, type: 'text/html; charset=utf-8', fileName: `${id}-report.html` };
  },
});
