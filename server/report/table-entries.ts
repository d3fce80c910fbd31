import type { Arm, ParamValue } from '../sweep/arm.ts';
import { SYMBOLS, isLossParameter } from '../sweep/parameter-names.ts';
import { armParams } from './arm-params.ts';
import type { Matrix, MatrixLine } from './table.ts';

/** One row of the table, or one cell of rows × columns: the arms that it averages over. */
export interface Entry {
  name: string;
  arms: Arm[];
}

/** One entry per arm, in the order of the plan. */
export function entriesByArm(arms: readonly Arm[]): Entry[] {
  return arms.map((arm) => ({ name: arm.name, arms: [arm] }));
}

/**
 * One entry per cell of rows × columns. Controls come first, on lines of their own that span the columns, then the values
 * of the search, then the other ablations. Where the arms of a control or ablation differ in the row's or the column's
 * parameter themselves, they get a line, or a cell, for each value: averaged over, they would be compared with nothing.
 */
export function entriesByParameters(arms: readonly Arm[], rows: string, cols: string | null): { entries: Entry[]; matrix: Matrix } {
  const valueOf = (arm: Arm, parameter: string | null) => (parameter === null ? null : (armParams(arm)[parameter] ?? null));
  const searched = arms.filter((arm) => groupOf(arm) === null);
  const columns = cols === null ? [null] : distinct((searched.length > 0 ? searched : arms).map((arm) => valueOf(arm, cols)));
  const entries: Entry[] = [];

  const addCell = (members: Arm[], ablation: string | null, value: ParamValue, column: ParamValue): number | null => {
    if (members.length === 0) return null;
    const settings = [[rows, value], [cols, column]] as const;
    const shown = settings.filter(([key, setting]) => key !== null && setting !== null).map(([key, setting]) => `${symbolOf(key!)}${setting}`);
    return entries.push({ name: [...(ablation === null ? [] : [ablation]), ...shown].join(' '), arms: members }) - 1;
  };
  const addLines = (members: readonly Arm[], ablation: string | null): MatrixLine[] => {
    const spans = ablation !== null && distinct(members.map((arm) => valueOf(arm, cols))).length === 1;
    return distinct(members.map((arm) => valueOf(arm, rows))).map((value) => {
      const line = members.filter((arm) => valueOf(arm, rows) === value);
      const cells = spans
        ? [{ row: addCell(line, ablation, value, null), span: columns.length }]
        : columns.map((column) => ({ row: addCell(line.filter((arm) => valueOf(arm, cols) === column), ablation, value, column), span: 1 }));
      return { value, ablation, cells };
    });
  };

  const groups = distinct(arms.map(groupOf)).filter((group) => group !== null) as string[];
  const isControl = (group: string) => arms.some((arm) => groupOf(arm) === group && arm.control);
  const linesOf = (group: string) => addLines(arms.filter((arm) => groupOf(arm) === group), group);
  const lines = [
    ...groups.filter(isControl).flatMap(linesOf),
    ...addLines(searched, null),
    ...groups.filter((group) => !isControl(group)).flatMap(linesOf),
  ];
  return { entries, matrix: { columns, lines } };
}

/** Name of the line that an arm outside the search is on; null for an arm of the search. */
function groupOf(arm: Arm): string | null {
  return arm.ablation ?? (arm.control ? 'control' : null);
}

function symbolOf(parameter: string): string {
  return isLossParameter(parameter) ? SYMBOLS[parameter] : `${parameter} `;
}

/** Each value once: numbers in rising order, then the others as they came. */
function distinct<T extends ParamValue>(values: readonly T[]): T[] {
  const once = [...new Set(values)];
  const isNumber = (value: T) => typeof value === 'number';
  return [...once.filter(isNumber).sort((a, b) => Number(a) - Number(b)), ...once.filter((value) => !isNumber(value))];
}
