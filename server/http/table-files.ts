import type { AnyTable } from '../report/compare/comparison.ts';
import { CSV_FILE_BEGIN } from '../report/formats/csv.ts';
import { toCsv } from '../report/formats/to-csv.ts';
import { toHtml } from '../report/formats/to-html.ts';
import { toLatex } from '../report/formats/to-latex.ts';
import { toMarkdown } from '../report/formats/to-markdown.ts';
import type { FileReply } from './route.ts';

/** What a table is asked for as: as data, laid out for a page, or as a file. */
export const TABLE_FORMATS = ['json', 'page', 'md', 'csv', 'latex', 'html'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

type FileFormat = Exclude<TableFormat, 'json' | 'page'>;

const FILES: Record<FileFormat, { type: string; ending: string; write: (table: AnyTable) => string }> = {
  md: { type: 'text/markdown', ending: 'md', write: toMarkdown },
  csv: { type: 'text/csv', ending: 'csv', write: (table) => CSV_FILE_BEGIN + toCsv(table) },
  latex: { type: 'text/x-tex', ending: 'tex', write: toLatex },
  html: { type: 'text/html', ending: 'html', write: toHtml },
};

export const TABLE_MEDIA = ['application/json', ...Object.values(FILES).map(({ type }) => type)];

export function isFileFormat(format: TableFormat): format is FileFormat {
  return format in FILES;
}

/** @param name of the file, without its ending */
export function tableFile(table: AnyTable, format: FileFormat, name: string): FileReply {
  const { type, ending, write } = FILES[format];
  return { status: 200, body: write(table), type: `${type}; charset=utf-8`, fileName: `${name}.${ending}` };
}
