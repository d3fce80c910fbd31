import * as z from 'zod';
import type { DisplayCell, DisplayLine, DisplayTable } from '../../report/formats/display-table.ts';
import { count } from './fields.ts';
import { sameShape } from './registry.ts';

export type { DisplayCell, DisplayLine, DisplayTable };

const cell = sameShape<DisplayCell>()(
  'DisplayCell',
  'A cell of plain text: nothing in it is escaped yet',
  z.strictObject({
    text: z.string().describe('what the cell says'),
    below: z
      .string()
      .exactOptional()
      .describe('the smaller lines below: the difference to the control with its interval and mark, and remarks'),
    bold: z.boolean().exactOptional().describe('true for the best value'),
    span: count.exactOptional().describe('how many columns the cell covers; 1 where this field is missing'),
    header: z.boolean().exactOptional().describe('true for a heading of its row or column'),
    sort: z.number().exactOptional().describe('what lines are sorted by; left out where there is nothing'),
    arms: z.array(count).exactOptional().describe('indices of the arms whose runs the cell is made of'),
    key: z
      .enum(['label', 'n', 'mean', 'difference', 'p', 'target', 'after', 'worst', 'rank', 'remarks'])
      .exactOptional()
      .describe('of a heading: what its column shows'),
  }),
);

const line = sameShape<DisplayLine>()(
  'DisplayLine',
  'A line of the table',
  z.strictObject({
    kind: z.enum(['control', 'search', 'ablation']).describe('what arms the line is of'),
    cells: z.array(cell).describe('its cells'),
  }),
);

export const displayTable = sameShape<DisplayTable>()(
  'DisplayTable',
  'A table laid out line by line',
  z.strictObject({
    caption: z.string().describe('what the table is of'),
    head: z.array(z.array(cell)).describe('the lines of headings'),
    body: z.array(line).describe('the lines below them'),
    note: z.string().describe('the footnote'),
  }),
);
