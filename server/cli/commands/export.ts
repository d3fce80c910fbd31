import { Option } from 'commander';
import { CSV_FILE_BEGIN } from '../../report/formats/csv.ts';
import type { SweepComparison } from '../../report/compare/comparison.ts';
import type { AblationTable, TableOptions } from '../../report/table/table.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { CliCommand } from '../command.ts';
import { exportFolder, FOLDER_FORMATS, isFolderFormat, type FolderFormat } from '../export-folder.ts';
import { apartFromMetrics } from '../metric-option.ts';
import { finiteOption, wholeOption } from '../number-options.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';
import { writeOutput } from '../write-output.ts';
import { formatOf, TABLE_FORMATS, writeTable, type TableFormat } from '../write-table.ts';

interface Options {
  format?: TableFormat | FolderFormat;
  metric?: string[];
  at?: 'last' | 'best';
  rows?: string;
  cols?: string;
  baseline?: string;
  target?: number;
  correction?: 'maxT' | 'holm' | 'none';
  digits?: number;
  ids?: true;
  out?: string;
}

/** Of a table, where the user says nothing. */
const DEFAULTS = { at: 'last', correction: 'maxT', digits: 2 } as const;
type Wanted = Options & Required<Pick<Options, keyof typeof DEFAULTS>>;

export const exportCommand: CliCommand = {
  define(program, run) {
    program
      .command('export')
      .description('the ablation table; of several sweeps a table over all of them; runs and curves for other tools')
      .usage('[options] <sweep...>')
      .argument('[sweep...]', 'id, name, definition or "latest"')
      .addOption(
        new Option(
          '--format <format>',
          'default: by the ending of --out, else text on a terminal and md in a pipe; parquet: a folder of files',
        ).choices([...TABLE_FORMATS, ...FOLDER_FORMATS]),
      )
      .option('--metric <name...>', "default: the sweep's own; several: column groups")
      .addOption(
        new Option(
          '--at <which>',
          'the value of a run: its last evaluation, which is the default, or its best',
        ).choices(['last', 'best']),
      )
      .option('--rows <parameter>', '"arm" (the default): one line per arm; or a parameter')
      .option(
        '--cols <parameter>',
        'a parameter whose values become the columns; of several sweeps a setting such as dataset',
      )
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
        new Option('--correction <which>', 'what p and marks are corrected by for several rows; default: maxT').choices(
          ['maxT', 'holm', 'none'],
        ),
      )
      .option('--digits <count>', 'how many digits of a half-width are shown; default: 2', wholeOption(1, 6))
      .option('--ids', 'with the ids of the runs behind each line')
      .option('--out <path>', 'write there instead of stdout; of parquet the folder')
      .action(run(exportTable));
  },
};

function exportTable(session: Session, given: string[], { metric: names, ...options }: Options): Promise<void> {
  const { output, json } = session;
  const { what: sweeps, metric } = apartFromMetrics(given, names, 'sweep');
  const { format: asked } = options;
  if (isFolderFormat(asked)) {
    refuseOfTables(sweeps, asked, options);
    return exportFolder(session, { sweeps, format: asked, out: options.out, metrics: metric ?? null });
  }
  const wanted: Wanted = { ...DEFAULTS, ...options, ...(metric === undefined ? {} : { metric }) };
  if (sweeps.length > 1) refuseForSeveral(sweeps, wanted);
  return withStorage(session, READING, async (storage) => {
    const { checkOutput } = await import('../check-output.ts');
    const out = options.out === undefined ? null : checkOutput(options.out, storage);
    const table =
      sweeps.length > 1
        ? await readComparison(storage, sweeps, wanted)
        : await readTable(storage, sweeps[0]!, toTableOptions(wanted));
    const terminal = out === null ? output.columns : null;
    const format = json ? 'json' : (asked ?? formatOf(options.out, terminal));
    const text = await writeTable(table, format, terminal);
    if (out === null) return output.data(text);
    writeOutput(out, format === 'csv' ? CSV_FILE_BEGIN + text : text, 'the table');
    output.say(`Written to ${out}`);
  });
}

/** What has a meaning in a table alone. */
function refuseOfTables(
  sweeps: readonly string[],
  format: FolderFormat,
  { format: _f, out: _o, ...ofTables }: Omit<Options, 'metric'>,
): void {
  const found = Object.entries(ofTables).filter(([, value]) => value !== undefined);
  if (found.length === 0) return;
  const named = found.map(([name]) => `--${name}`).join(' and ');
  throw new UserError(`Cannot export ${sweeps.join(', ')} as ${format}: found ${named}, wanted with a table alone`);
}

/** What has a meaning within one sweep alone. */
function refuseForSeveral(sweeps: readonly string[], { metric, baseline, target, ids }: Options): void {
  const attempted = `Cannot compare ${sweeps.join(', ')}`;
  if (metric !== undefined && metric.length > 1)
    throw new UserError(`${attempted}: found ${metric.length} metrics (${metric.join(', ')}), wanted one`);
  const own = [
    ...(baseline === undefined ? [] : ['--baseline']),
    ...(target === undefined ? [] : ['--target']),
    ...(ids === undefined ? [] : ['--ids']),
  ];
  if (own.length > 0) throw new UserError(`${attempted}: found ${own.join(' and ')}, wanted with one sweep alone`);
}

async function readTable(storage: Storage, what: string, wanted: TableOptions): Promise<AblationTable> {
  const { buildAblationTable } = await import('../../report/table/ablation-table.ts');
  return buildAblationTable(await read(storage, what, wanted), wanted);
}

async function readComparison(storage: Storage, sweeps: readonly string[], options: Wanted): Promise<SweepComparison> {
  const { compareSweeps } = await import('../../report/compare/compare-sweeps.ts');
  const { metric, at, correction, digits, rows, cols } = options;
  const all: SweepResults[] = [];
  for (const what of sweeps) all.push(await read(storage, what, metric === undefined ? {} : { metrics: metric }));
  return compareSweeps(all, {
    at,
    correction,
    digits,
    ...(metric === undefined ? {} : { metric: metric[0]! }),
    ...(rows === undefined ? {} : { rows }),
    ...(cols === undefined ? {} : { cols }),
  });
}

async function read(storage: Storage, what: string, wanted: TableOptions): Promise<SweepResults> {
  const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
  const { readResults } = await import('../../store/reading/read-results.ts');
  const { readSweep } = await import('../../store/reading/read-sweep.ts');
  const { metricsOfTable } = await import('../../report/table/table-needs.ts');
  const id = await findSweep(storage, what);
  const own = (await readSweep(storage, id))!.metric.name;
  return readResults(storage, id, metricsOfTable(own, wanted))!;
}

function toTableOptions({ metric, at, rows, cols, baseline, target, correction, digits, ids }: Wanted): TableOptions {
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
