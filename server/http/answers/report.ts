import { drawFigure } from '../../../web/figure/draw-figure.ts';
import { toSvg } from '../../../web/figure/to-svg.ts';
import { confirmToText } from '../../report/confirm/confirm-text.ts';
import { toReportDocument, type ReportParts } from '../../report/document/report-document.ts';
import { toHtml } from '../../report/formats/to-html.ts';
import { plural, toDuration } from '../../report/number-format.ts';
import { buildAblationTable } from '../../report/table/ablation-table.ts';
import { metricsOfTable } from '../../report/table/table-needs.ts';
import type { AblationTable } from '../../report/table/table.ts';
import { parseSweepId } from '../../store/database/ids.ts';
import { readMarks } from '../../store/reading/read-marks.ts';
import { readResults } from '../../store/reading/read-results.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { Mark } from '../../sweep/marks.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { UserError } from '../../sweep/user-error.ts';
import { readConfirmation, readConfirmed } from './confirmation.ts';
import { FIGURES, readFigure, type FigureName, type FigureQuestion } from './figure.ts';
import { readTypeface } from './typeface.ts';
import { readVerdict } from './verdict.ts';

/** A sweep as one HTML file: answer, table, figures, definition, versions and hashes, and what was noted. */
export async function readReport(
  storage: Storage,
  sweep: SweepRecord,
  question: FigureQuestion,
  now: Date,
  read = (metrics: string[]): SweepResults => readResults(storage, parseSweepId(sweep.id)!, metrics)!,
): Promise<string> {
  const { metric = sweep.metric.name, at = 'last' } = question;
  const options = { metrics: [metric], at };
  const results = read(metricsOfTable(sweep.metric.name, options));
  const table = buildAblationTable(results, options);
  return toReportDocument({
    id: sweep.id,
    name: sweep.name,
    description: sweep.description,
    ...(await answerOf(storage, sweep, question, read)),
    standing: standingOf(sweep),
    madeAt: now.toISOString(),
    table: toHtml(table),
    figures: await figuresOf(storage, sweep, question, read),
    notes: notesOf(storage, sweep),
    definition: sweep.definition,
    facts: factsOf(sweep, results, table),
  });
}

async function answerOf(
  storage: Storage,
  sweep: SweepRecord,
  question: FigureQuestion,
  read: (metrics: string[]) => SweepResults,
): Promise<Pick<ReportParts, 'sentence' | 'next'>> {
  if (readConfirmed(storage, sweep) !== null) {
    const report = (await readConfirmation(storage, parseSweepId(sweep.id)!))!;
    return { sentence: confirmToText(report), next: null };
  }
  const { sentence, next } = await readVerdict(storage, sweep, question, read);
  const price = next.seconds === null ? '' : `, about ${toDuration(next.seconds)} of training`;
  return { sentence, next: `${next.text}${price}` };
}

async function figuresOf(
  storage: Storage,
  sweep: SweepRecord,
  question: FigureQuestion,
  read: (metrics: string[]) => SweepResults,
): Promise<ReportParts['figures']> {
  const { typeface } = readTypeface();
  const drawn: ReportParts['figures'] = [];
  for (const name of FIGURES) {
    const figure = await figureOf(name);
    if (figure === null) continue;
    drawn.push({ title: figure.title, svg: toSvg(drawFigure(figure, 'page', typeface.measure), name) });
  }
  return drawn;

  async function figureOf(name: FigureName) {
    try {
      return await readFigure(storage, sweep, name, question, read);
    } catch (error) {
      // A sweep without pairs has a report all the same.
      if (error instanceof UserError) return null;
      throw error;
    }
  }
}

function standingOf({ state, counts, arms, seeds }: SweepRecord): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  const runs = some.map(([name, count]) => `${count} ${name}`).join(', ');
  return `${state}: ${plural(arms, 'arm')} × ${plural(seeds, 'seed')}, ${runs}`;
}

function notesOf(storage: Storage, { id, armList }: SweepRecord): ReportParts['notes'] {
  const { sweep, arms, runs } = readMarks(storage, parseSweepId(id)!);
  const noted = (of: string, { star, tags, note }: Mark): ReportParts['notes'] =>
    note === null && tags.length === 0 && !star
      ? []
      : [{ of: `${of}${star ? ' ★' : ''}`, tags, text: note === '' ? null : note }];
  return [
    ...noted('The sweep', sweep),
    ...[...arms].flatMap(([index, mark]) => noted(`Arm ${index}, ${armList[index]!.name}`, mark)),
    ...[...runs].flatMap(([run, mark]) => noted(`Run ${run}`, mark)),
  ];
}

function factsOf(
  sweep: SweepRecord,
  results: SweepResults,
  { dataHash, trainedOn }: AblationTable,
): [string, string][] {
  const machines = trainedOn.map(({ engine, device, versions, bits, seeds }): [string, string] => {
    const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    const on = [engine, device].filter((each) => each !== null).join(', ');
    const signature = bits === null ? [] : [`signature of the bits ${bits}`];
    return [`Trained on`, [`${on} (seeds ${seeds.join(', ')})`, ...packages, ...signature].join('; ')];
  });
  return [
    ...machines,
    ['Training', toDuration(results.seconds)],
    ['Data', dataHash ?? 'not known yet'],
    ['Plan', sweep.planHash],
    ['Metric', `${sweep.metric.name}, ${sweep.metric.goal}`],
    ['Started', sweep.startedAt?.toISOString() ?? 'not yet'],
    ['Finished', sweep.finishedAt?.toISOString() ?? 'not yet'],
  ];
}
