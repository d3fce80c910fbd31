import { Readable, pipeline } from 'node:stream';
import { UserError } from '../../sweep/user-error.ts';
import { withDataFile } from './data-file.ts';
import type { DataFile } from './data-file.ts';
import { readText } from './text-file.ts';

/** What comes of one line, its number in the file, and the size of the file. */
export interface CsvLine {
  line: number;
  cells: string[];
}

const WANTED = 'a CSV file';
/** Bytes of the file. A cell of a few bytes becomes 4 in memory, and those have a ceiling of their own. */
const LARGEST_FILE = 2 ** 34;
/** Characters: no number needs as many, and a label may have all those of the second. */
const LONGEST_CELL = 64;
const LONGEST_LABEL = 2 ** 16;

/**
 * Reads the lines of a CSV file. Lines whose cells are all empty are none: spreadsheets write them under a table. Cells
 * that are too many are dropped where they are empty, too.
 *
 * @param width how many cells a line should have
 * @param take is called with each line, and with the size of the file in bytes
 */
export async function readCsv(
  path: string,
  width: number,
  take: (line: CsvLine, fileSize: number) => void,
): Promise<void> {
  await withDataFile(path, WANTED, async (file) => {
    if (file.size > LARGEST_FILE)
      throw new UserError(`Cannot read ${path}: found ${file.size} bytes; at most ${LARGEST_FILE} are wanted`);
    try {
      for await (const line of parseLines(file, width)) take(line, file.size);
    } catch (error) {
      throw await asUserError(path, error);
    }
  });
}

async function* parseLines(file: DataFile, width: number): AsyncGenerator<CsvLine> {
  // Imported here, so that only a process that reads CSV loads it, and not every worker.
  const { parse } = await import('csv-parse');
  const longest = width * LONGEST_CELL + LONGEST_LABEL;
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // Any of them: a heading may have been put before the lines by another program.
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  const records = pipeline(Readable.from(readText(file, longest)), parser, () => {});
  for await (const { record, info } of records as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    const cells = withoutTail(record, width);
    if (cells.some((cell) => cell.trim() !== '')) yield { line: info.lines, cells };
  }
}

function withoutTail(cells: string[], width: number): string[] {
  let end = cells.length;
  while (end > width && cells[end - 1]!.trim() === '') end--;
  return end === cells.length ? cells : cells.slice(0, end);
}

/** Messages of the parser quote the file, so they are a detail. */
async function asUserError(path: string, error: unknown): Promise<unknown> {
  const { CsvError } = await import('csv-parse');
  if (!(error instanceof CsvError)) return error;
  const found = error.code.includes('QUOTE') ? 'a quotation mark (") that is out of place' : 'what is no CSV';
  return new UserError(
    `Cannot read ${path}, line ${String(error['lines'])}: found ${found}; comma-separated values are wanted`,
    { detail: `${error.message}.` },
  );
}
