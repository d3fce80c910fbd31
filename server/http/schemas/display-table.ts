import * as z from 'zod';
import type { DisplayCell, DisplayTable } from '../../report/formats/display-table.ts';
import { count } from './fields.ts';
import { sameShape } from './registry.ts';

export type { DisplayCell, DisplayTable };

const cell = sameShape<DisplayCell>()(
  'DisplayCell',
  'A cell of plain text: nothing in it is escaped yet',
  z.strictObject({
    text: z.string().describe('what the cell says'),
    below: z
      .string()
      .exactOptional()
      .describe('the smaller lines below: the difference to the control with its interval and mark, and remarks'),
    bold: z
      .boolean()
      .exactOptional()
      .describe('true for the best value, and for values that do not differ from it significantly'),
    span: count.exactOptional().describe('how many columns the cell covers; 1 where this field is missing'),
    header: z.boolean().exactOptional().describe('true for a heading of its row or column'),
  }),
);

export const displayTable = sameShape<DisplayTable>()(
  'DisplayTable',
  'A table laid out line by line',
  z.strictObject({
    caption: z.string().describe('what the table is of'),
    head: z.array(z.array(cell)).describe('the lines of headings'),
    body: z.array(z.array(cell)).describe('the lines below them'),
    note: z.string().describe('the footnote'),
  }),
);
