import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { explainFileError } from '../sweep/file-error.ts';
import { UserError } from '../sweep/user-error.ts';
import { readHashed } from './read-hashed.ts';

export interface CsvRow {
  /** Its number in the file, from 1. */
  line: number;
  cells: string[];
}

/** Characters of one row; what is longer is no table of results. */
const LONGEST_ROW = 10_000_000;

/**
 * Reads the rows of a CSV file one by one; the first is the heading. Tabs and semicolons may stand for the commas.
 *
 * @returns SHA-256 of the file in hex
 */
export async function readCsvRows(path: string, take: (row: CsvRow) => void): Promise<string> {
  const { CsvError, parse } = await import('csv-parse');
  const hash = createHash('sha256');
  const parser = parse({
    bom: true,
    delimiter: await delimiterOf(path),
    info: true,
    max_record_size: LONGEST_ROW,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  try {
    const rows = pipeline(Readable.from(readHashed(path, hash)), parser, () => {});
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>)
      if (record.some((cell) => cell.trim() !== '')) take({ line: info.lines, cells: record });
  } catch (error) {
    if (!(error instanceof CsvError)) throw explainFileError(error, `read ${path}`);
    throw new UserError(
      `Cannot read ${path}, line ${String(error['lines'])}: found what is no CSV; comma-separated values are wanted`,
      { detail: `${error.message}.` },
    );
  }
  return hash.digest('hex');
}

/** The one of the usual three that the heading has most of. */
async function delimiterOf(path: string): Promise<string> {
  let heading = '';
  try {
    for await (const piece of createReadStream(path, { encoding: 'utf8', end: 65_536 })) heading += String(piece);
  } catch (error) {
    throw explainFileError(error, `read ${path}`);
  }
  const [line = ''] = heading.split(/\r?\n/);
  const count = (character: string) => line.split(character).length;
  return [',', '\t', ';'].reduce((best, each) => (count(each) > count(best) ? each : best));
}
