import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { SYMBOLS, isLossParameter } from '../../sweep/parameter-names.ts';
import { UserError } from '../../sweep/user-error.ts';
import { armParams } from '../curves/arm-params.ts';
import { balanceCells, placeBy } from './balance-cells.ts';
import type { Balance, Matrix, MatrixLine } from './table.ts';

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
 * The most cells that a table may have: nobody reads more, and two parameters drawn at random would make millions of
 * empty ones.
 */
export const MOST_CELLS = 10_000;

/**
 * One entry per cell of rows × columns. Controls come first, on lines of their own that span the columns, then the
 * values of the search, then the other ablations. Where the arms of a control or ablation differ in the row's or the
 * column's parameter themselves, each value gets a line, or a cell: averaged over, these arms would be compared with
 * nothing. Cells of the search average over the same settings where they can.
 *
 * @throws UserError on more cells than a table can have
 */
export function entriesByParameters(
  results: Pick<SweepResults, 'arms' | 'runs'>,
  rows: string,
  cols: string | null,
): { entries: Entry[]; matrix: Matrix } {
  const { arms, balance } = balancedArms(results, [rows, ...(cols === null ? [] : [cols])]);
  const params = new Map(arms.map((arm) => [arm, armParams(arm)]));
  const valueOf = (arm: Arm, parameter: string | null) =>
    parameter === null ? null : (params.get(arm)![parameter] ?? null);
  const groups = groupBy(arms, groupOf);
  const spansColumns = (members: readonly Arm[]) => new Set(members.map((arm) => valueOf(arm, cols))).size === 1;
  const inColumns = arms.filter((arm) => groupOf(arm) === null || !spansColumns(groups.get(groupOf(arm))!));
  const columns = distinct((inColumns.length > 0 ? inColumns : arms).map((arm) => valueOf(arm, cols)));
  refuseTooMany(
    [...groups.values()].reduce((sum, members) => sum + groupBy(members, (arm) => valueOf(arm, rows)).size, 0),
    rows,
    columns.length,
    cols,
  );
  const entries: Entry[] = [];

  const addCell = (members: Arm[], ablation: string | null, value: ParamValue, column: ParamValue): number | null => {
    if (members.length === 0) return null;
    const settings = [
      [rows, value],
      [cols, column],
    ] as const;
    const shown = settings
      .filter(([key, setting]) => key !== null && setting !== null)
      .map(([key, setting]) => `${symbolOf(key!)}${setting}`);
    return entries.push({ name: [...(ablation === null ? [] : [ablation]), ...shown].join(' '), arms: members }) - 1;
  };
  const addLines = (members: readonly Arm[], ablation: string | null): MatrixLine[] => {
    const spans = ablation !== null && spansColumns(members);
    const byValue = groupBy(members, (arm) => valueOf(arm, rows));
    return distinct([...byValue.keys()]).map((value) => {
      const line = byValue.get(value)!;
      const byColumn = groupBy(line, (arm) => valueOf(arm, cols));
      const cells = spans
        ? [{ row: addCell(line, ablation, value, null), span: columns.length }]
        : columns.map((column) => ({ row: addCell(byColumn.get(column) ?? [], ablation, value, column), span: 1 }));
      return { value, ablation, cells };
    });
  };

  const named = [...groups].filter(([group]) => group !== null);
  const isControl = (members: readonly Arm[]) => members.every((arm) => arm.control);
  const lines = [
    ...named.filter(([, members]) => isControl(members)),
    ...[...groups].filter(([group]) => group === null),
    ...named.filter(([, members]) => !isControl(members)),
  ].flatMap(([group, members]) => addLines(members, group));
  return { entries, matrix: { columns, lines, balance } };
}

/** All arms but those of the search that would make cells differ by what they average over, and their controls. */
function balancedArms(
  { arms, runs }: Pick<SweepResults, 'arms' | 'runs'>,
  shown: string[],
): { arms: Arm[]; balance: Balance } {
  const trained = new Set(runs.filter(({ state }) => state === 'complete').map(({ arm }) => arm));
  const search = arms.filter((arm) => groupOf(arm) === null);
  const { kept, balance } = balanceCells(search, placeBy(shown), ({ index }) => trained.has(index));
  const isKept = new Set(kept);
  const controls = new Set(kept.map(({ controlIndex }) => controlIndex));
  const lost = new Set(search.filter((arm) => !isKept.has(arm)).map(({ controlIndex }) => controlIndex));
  const remain = arms.filter((arm) =>
    groupOf(arm) === null ? isKept.has(arm) : !lost.has(arm.index) || controls.has(arm.index),
  );
  return { arms: remain, balance };
}

function refuseTooMany(lines: number, rows: string, columns: number, cols: string | null): void {
  if (lines * columns <= MOST_CELLS) return;
  const shape = cols === null ? `${lines} rows by ${rows}` : `${lines} rows by ${rows} × ${columns} columns by ${cols}`;
  throw new UserError(
    `Cannot make the table: found ${shape}, wanted at most ${MOST_CELLS} cells; one row per arm has room for all`,
  );
}

/** The line of the arms of the search that have no intra-class phase. */
const CONTROL = 'control';

/**
 * Name of the line that an arm outside the search is on; null for an arm of the search. An ablation that has the name
 * of our own line keeps a line of its own.
 */
export function groupOf({ ablation, control }: Arm): string | null {
  if (ablation === null) return control ? CONTROL : null;
  return ablation === CONTROL || /^ablation ".*"$/.test(ablation) ? `ablation ${JSON.stringify(ablation)}` : ablation;
}

function symbolOf(parameter: string): string {
  return isLossParameter(parameter) ? SYMBOLS[parameter] : `${parameter} `;
}

/** Each value once: numbers in rising order, then the others as they came. */
export function distinct<T extends ParamValue>(values: readonly T[]): T[] {
  const once = [...new Set(values)];
  const isNumber = (value: T) => typeof value === 'number';
  return [...once.filter(isNumber).sort((a, b) => Number(a) - Number(b)), ...once.filter((value) => !isNumber(value))];
}
