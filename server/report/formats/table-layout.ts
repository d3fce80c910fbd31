import type { Layout } from './layout.ts';
import { layOutArms } from './layout-arms.ts';
import { layOutMatrix } from './layout-matrix.ts';
import type { AblationTable } from '../table/table.ts';

/** The table as header and lines, ready for any format. */
export function layOut(table: AblationTable): Layout {
  return table.matrix === null ? layOutArms(table) : layOutMatrix(table, table.matrix);
}
