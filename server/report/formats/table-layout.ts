import type { Layout } from './layout.ts';
import { layOutArms } from './layout-arms.ts';
import { layOutMatrix } from './layout-matrix.ts';
import { isComparison, type AnyTable } from '../compare/comparison.ts';
import { layOutComparison } from './layout-comparison.ts';

/** The table as header and lines, ready for any format. */
export function layOut(table: AnyTable): Layout {
  if (isComparison(table)) return layOutComparison(table);
  return table.matrix === null ? layOutArms(table) : layOutMatrix(table, table.matrix);
}
