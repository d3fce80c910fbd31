import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { armParams, varyingNames } from '../curves/arm-params.ts';
import type { Balance } from './table.ts';

/** Where an arm stands in a table, and what else it differs from other arms by. */
export interface Placed {
  /** The key of its cell. */
  cell: string;
  /** The parameters that the table does not show. */
  others: Readonly<Record<string, ParamValue>>;
}

/**
 * What the cells of a table average over besides the parameters that it shows. A cell whose arms have other settings
 * than its neighbour's differs from it by these settings too. So each cell keeps the settings that every cell has,
 * where they are at least half of each; else all arms stay, and the table says that it is not balanced.
 *
 * @param arms of the search; those without a complete run decide nothing where others have one
 */
export function balanceCells(
  arms: readonly Arm[],
  place: (arm: Arm) => Placed,
  isTrained: (arm: Arm) => boolean,
): { kept: Arm[]; balance: Balance } {
  const split = new Map(
    arms.map((arm) => {
      const { cell, others } = place(arm);
      return [arm, { cell, others, rest: JSON.stringify(others) }];
    }),
  );
  const trained = arms.filter(isTrained);
  const present = trained.length > 0 ? trained : arms;
  const cells = [...groupBy(present, (arm) => split.get(arm)!.cell).values()].map(
    (members) => new Set(members.map((arm) => split.get(arm)!.rest)),
  );
  const shared = [...(cells[0] ?? [])].filter((rest) => cells.every((cell) => cell.has(rest)));
  const isBalanced = cells.every((cell) => shared.length > 0 && shared.length >= cell.size / 2);
  const inAll = new Set(shared);
  const kept = isBalanced ? arms.filter((arm) => inAll.has(split.get(arm)!.rest)) : [...arms];
  return {
    kept,
    balance: {
      averaged: varyingNames(kept.map((arm) => split.get(arm)!.others)),
      isBalanced,
      settings: isBalanced ? shared.length : 0,
      leftOut: arms.filter((arm) => !kept.includes(arm)).map(({ name }) => name),
    },
  };
}

/** @param shown the parameters of rows and columns: their values are the key of a cell */
export function placeBy(shown: readonly string[]): (arm: Arm) => Placed {
  return (arm) => {
    const params = Object.entries(armParams(arm));
    return {
      cell: JSON.stringify(params.filter(([name]) => shown.includes(name))),
      others: Object.fromEntries(params.filter(([name]) => !shown.includes(name))),
    };
  };
}
