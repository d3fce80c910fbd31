import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { explainFileError } from '../sweep/file-error.ts';
import { UserError } from '../sweep/user-error.ts';

export interface CsvRow {
  /** Its number in the file, from 1. */
  line: number;
  cells: string[];
}

/** Characters of one row; what is longer is no table of results. */
const LONGEST_ROW = 10_000_000;

/**
 * Reads the rows of a CSV file one by one; the first is the heading. Tabs and semicolons may stand for the commas;
 * beside semicolons, numbers may have a decimal comma.
 */
export async function readCsvRows(path: string, take: (row: CsvRow) => void): Promise<void> {
  const { CsvError, parse } = await import('csv-parse');
  const delimiter = await delimiterOf(path);
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: LONGEST_ROW,
    // Any of them: a heading may have been put before the rows by another program.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  try {
    const rows = pipeline(createReadStream(path), parser, () => {});
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>)
      if (!isNoRow(record)) take({ line: info.lines, cells: delimiter === ';' ? record.map(withPoint) : record });
  } catch (error) {
    if (!(error instanceof CsvError)) throw explainFileError(error, `read ${path}`);
    throw new UserError(
      `Cannot read ${path}, line ${String(error['lines'])}: found what is no CSV; comma-separated values are wanted`,
      { detail: `${error.message}.` },
    );
  }
}

/** Empty cells alone, or the line by which spreadsheets say what stands between cells. */
function isNoRow(record: readonly string[]): boolean {
  return record.every((cell) => cell.trim() === '') || (record[0]!.startsWith('sep=') && record.length <= 2);
}

const withPoint = (cell: string) => (/^\s*[+-]?\d+,\d+\s*$/.test(cell) ? cell.replace(',', '.') : cell);

/** The one of the usual three that the heading has most of. */
async function delimiterOf(path: string): Promise<string> {
  let beginning = '';
  try {
    for await (const piece of createReadStream(path, { encoding: 'utf8', end: 65_536 })) beginning += String(piece);
  } catch (error) {
    throw explainFileError(error, `read ${path}`);
  }
  const heading = beginning.split(/\r\n|\n|\r/).find((line) => !line.startsWith('sep=')) ?? '';
  const count = (character: string) => heading.split(character).length;
  return [',', '\t', ';'].reduce((best, each) => (count(each) > count(best) ? each : best));
}
