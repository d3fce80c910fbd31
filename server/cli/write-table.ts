import { extname } from 'node:path';
import { isComparison, type AnyTable } from '../report/compare/comparison.ts';

export const TABLE_FORMATS = ['text', 'md', 'markdown', 'csv', 'json', 'latex', 'html'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

const ENDINGS: Record<string, TableFormat> = {
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

/** Where none is named: by the ending of a file, else what is best to read there. */
export function formatOf(out: string | undefined, terminal: number | null): TableFormat {
  return ENDINGS[extname(out ?? '').toLowerCase()] ?? (terminal === null ? 'md' : 'text');
}

/** Of plain text where there is no terminal. */
const WIDTH = 120;

/** @param terminal its columns; null where it goes elsewhere */
export async function writeTable(table: AnyTable, format: TableFormat, terminal: number | null): Promise<string> {
  switch (format) {
    case 'text': {
      const { toDisplayTable } = await import('../report/formats/display-table.ts');
      const { tableToText } = await import('./table-text.ts');
      return `${tableToText(toDisplayTable(table), terminal ?? WIDTH)}\n`;
    }
    case 'md':
    case 'markdown':
      return (await import('../report/formats/to-markdown.ts')).toMarkdown(table);
    case 'csv':
      return (await import('../report/formats/to-csv.ts')).toCsv(table);
    case 'latex':
      return (await import('../report/formats/to-latex.ts')).toLatex(table);
    case 'html':
      return (await import('../report/formats/to-html.ts')).toHtml(table);
    case 'json':
      return `${JSON.stringify(await toData(table), null, 2)}\n`;
  }
}

async function toData(table: AnyTable): Promise<object> {
  if (!isComparison(table)) return (await import('../report/formats/to-json.ts')).toJson(table);
  return (await import('../report/formats/comparison-json.ts')).comparisonToJson(table);
}
