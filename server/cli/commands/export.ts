import { extname } from 'node:path';
import { Option } from 'commander';
import { CSV_FILE_BEGIN } from '../../report/formats/csv.ts';
import type { AblationTable, TableOptions } from '../../report/table/table.ts';
import type { CliCommand } from '../command.ts';
import { apartFromMetrics } from '../metric-option.ts';
import { finiteOption, wholeOption } from '../number-options.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';
import { writeOutput } from '../write-output.ts';

const FORMATS = ['text', 'md', 'markdown', 'csv', 'json', 'latex', 'html'] as const;
type Format = (typeof FORMATS)[number];

interface Options {
  format?: Format;
  metric?: string[];
  at: 'last' | 'best';
  rows?: string;
  cols?: string;
  baseline?: string;
  target?: number;
  correction: 'maxT' | 'holm' | 'none';
  digits: number;
  ids?: true;
  out?: string;
}

export const exportCommand: CliCommand = {
  define(program, run) {
    program
      .command('export')
      .description('the ablation table')
      .usage('[options] <sweep>')
      .argument('[sweep]', 'id, name, definition or "latest"')
      .addOption(
        new Option(
          '--format <format>',
          'default: by the ending of --out, else text on a terminal and md in a pipe',
        ).choices(FORMATS),
      )
      .option('--metric <name...>', "default: the sweep's own; several: column groups")
      .addOption(
        new Option('--at <which>', 'the value of a run: its last evaluation or its best')
          .choices(['last', 'best'])
          .default('last'),
      )
      .option('--rows <parameter>', '"arm" (the default): one line per arm; or a parameter')
      .option('--cols <parameter>', 'a parameter whose values become the columns')
      .option(
        '--baseline <arm>',
        'index or name of the arm that every other arm is compared with; default: its own control',
      )
      .option(
        '--target <value>',
        'the value that the batches to the target are counted up to; default: the median final value of the control',
        finiteOption,
      )
      .addOption(
        new Option('--correction <which>', 'what p and marks are corrected by for several rows')
          .choices(['maxT', 'holm', 'none'])
          .default('maxT'),
      )
      .option('--digits <count>', 'how many digits of a half-width are shown', wholeOption(1, 6), 2)
      .option('--ids', 'with the ids of the runs behind each line')
      .option('--out <file>', 'write there instead of stdout')
      .action(run(exportTable));
  },
};

function exportTable(
  session: Session,
  given: string | undefined,
  { metric: names, ...options }: Options,
): Promise<void> {
  const { output, json } = session;
  const { what: sweep, metric } = apartFromMetrics(given, names, 'sweep');
  return withStorage(session, READING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { readResults } = await import('../../store/reading/read-results.ts');
    const { readSweep } = await import('../../store/reading/read-sweep.ts');
    const { metricsOfTable } = await import('../../report/table/table-needs.ts');
    const { buildAblationTable } = await import('../../report/table/ablation-table.ts');
    const wanted = toTableOptions({ ...options, ...(metric === undefined ? {} : { metric }) });
    const { checkOutput } = await import('../check-output.ts');
    const out = options.out === undefined ? null : checkOutput(options.out, storage);
    const id = await findSweep(storage, sweep);
    const own = (await readSweep(storage, id))!.metric.name;
    const table = buildAblationTable(readResults(storage, id, metricsOfTable(own, wanted))!, wanted);
    const terminal = out === null ? output.columns : null;
    const format = json ? 'json' : (options.format ?? formatOf(options.out, terminal));
    const text = await write(table, format, terminal);
    if (out === null) return output.data(text);
    writeOutput(out, format === 'csv' ? CSV_FILE_BEGIN + text : text, 'the table');
    output.say(`Written to ${out}`);
  });
}

function toTableOptions({ metric, at, rows, cols, baseline, target, correction, digits, ids }: Options): TableOptions {
  return {
    at,
    correction,
    digits,
    ids: ids === true,
    ...(metric === undefined ? {} : { metrics: metric }),
    ...(rows === undefined ? {} : { rows }),
    ...(cols === undefined ? {} : { cols }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(target === undefined ? {} : { target }),
  };
}

const ENDINGS: Record<string, Format> = {
  '.md': 'md',
  '.markdown': 'md',
  '.csv': 'csv',
  '.json': 'json',
  '.tex': 'latex',
  '.latex': 'latex',
  '.txt': 'text',
  '.html': 'html',
  '.htm': 'html',
};

function formatOf(out: string | undefined, terminal: number | null): Format {
  return ENDINGS[extname(out ?? '').toLowerCase()] ?? (terminal === null ? 'md' : 'text');
}

/** Of plain text where there is no terminal. */
const WIDTH = 120;

async function write(table: AblationTable, format: Format, terminal: number | null): Promise<string> {
  switch (format) {
    case 'text': {
      const { toDisplayTable } = await import('../../report/formats/display-table.ts');
      const { tableToText } = await import('../table-text.ts');
      return `${tableToText(toDisplayTable(table), terminal ?? WIDTH)}\n`;
    }
    case 'md':
    case 'markdown':
      return (await import('../../report/formats/to-markdown.ts')).toMarkdown(table);
    case 'csv':
      return (await import('../../report/formats/to-csv.ts')).toCsv(table);
    case 'latex':
      return (await import('../../report/formats/to-latex.ts')).toLatex(table);
    case 'html':
      return (await import('../../report/formats/to-html.ts')).toHtml(table);
    case 'json':
      return `${JSON.stringify((await import('../../report/formats/to-json.ts')).toJson(table), null, 2)}\n`;
  }
}
