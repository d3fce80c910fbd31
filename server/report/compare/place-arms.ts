import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { LOSS_PARAMETERS, isLossParameter, shortName, symbolOf } from '../../sweep/parameter-names.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { UserError } from '../../sweep/user-error.ts';
import { varyingNames } from '../curves/arm-params.ts';
import { balanceCells } from '../table/balance-cells.ts';
import { groupOf, MOST_CELLS, type Entry } from '../table/table-entries.ts';
import type { Balance } from '../table/table.ts';
import type { ComparisonLine } from './comparison.ts';
import { settingsOf } from './setting-of.ts';

export interface PlacedArms {
  /** Lines without their ranks. */
  lines: Omit<ComparisonLine, 'averageRank'>[];
  /** Of every sweep what the rows of its table average over. */
  entries: Entry[][];
  varying: string[];
  balance: Balance | null;
}

/** An arm with its sweep's place and its settings. */
interface Placed {
  sweep: number;
  arm: Arm;
  group: string | null;
  settings: Record<string, ParamValue>;
}

/**
 * Which arms of the sweeps stand on one line. Arms are the same line where the parameters that vary within any of the
 * sweeps are the same; what only differs between sweeps tells columns apart, not lines.
 *
 * @param rows `arm`, or the parameter whose values are the lines
 * @param unitOfN `share`: runs are of different lengths, and N is compared as a share of them
 * @throws UserError on more cells than a table can have
 */
export function placeArms(all: readonly SweepResults[], rows: string, unitOfN: 'batches' | 'share'): PlacedArms {
  const placed = all.flatMap(({ arms }, sweep) =>
    arms.map((arm): Placed => ({ sweep, arm, group: groupOf(arm), settings: comparable(arm, unitOfN) })),
  );
  const varying = inOrder(
    all.flatMap((_, sweep) =>
      varyingNames(
        placed.filter((each) => each.sweep === sweep && each.group === null).map(({ settings }) => settings),
      ),
    ),
  );
  const shown = rows === 'arm' ? varying : [rows];
  const { kept, balance } =
    rows === 'arm' ? { kept: placed, balance: null } : balanced(all, placed, { shown, varying });
  const groups = groupBy(kept, ({ group, settings }) => JSON.stringify([group, pick(settings, shown)]));
  if (groups.size * all.length > MOST_CELLS)
    throw new UserError(
      `Cannot make the table: found ${groups.size} rows for ${all.length} sweeps, wanted at most ${MOST_CELLS} cells`,
    );
  const entries: Entry[][] = all.map(() => []);
  const lines = [...groups.values()].sort(byPlace(shown)).map((members) => {
    const label = rows === 'arm' ? nameOf(members[0]!, shown, kept, unitOfN) : '';
    const bySweep = groupBy(members, ({ sweep }) => sweep);
    return {
      label,
      value: rows === 'arm' ? null : (members[0]!.settings[rows] ?? null),
      control: members.every(({ arm }) => arm.control),
      ablation: members[0]!.group,
      cells: all.map((_, sweep) => {
        const arms = bySweep.get(sweep)?.map(({ arm }) => arm);
        return arms === undefined ? null : entries[sweep]!.push({ name: label || arms[0]!.name, arms }) - 1;
      }),
    };
  });
  return { lines, entries, varying, balance };
}

/** The settings of an arm, N in the unit that the sweeps have in common. */
function comparable(arm: Arm, unitOfN: 'batches' | 'share'): Record<string, ParamValue> {
  const settings = settingsOf(arm);
  const N = settings['N'] ?? null;
  return unitOfN === 'share' && typeof N === 'number' ? { ...settings, N: N / arm.training.batches } : settings;
}

/** Each name once, the five numbers first. */
function inOrder(names: readonly string[]): string[] {
  const once = new Set(names);
  return [...LOSS_PARAMETERS.filter((name) => once.has(name)), ...[...once].filter((name) => !isLossParameter(name))];
}

function pick(settings: Placed['settings'], names: readonly string[]): ParamValue[] {
  return names.map((name) => settings[name] ?? null);
}

/** All arms but those of the search that would make cells differ by what they average over, and their controls. */
function balanced(
  all: readonly SweepResults[],
  placed: readonly Placed[],
  { shown, varying }: { shown: string[]; varying: string[] },
): { kept: Placed[]; balance: Balance } {
  const of = new Map(placed.map((each) => [each.arm, each]));
  const trained = all.map(
    ({ runs }) => new Set(runs.filter(({ state }) => state === 'complete').map(({ arm }) => arm)),
  );
  const others = varying.filter((name) => !shown.includes(name));
  const { kept, balance } = balanceCells(
    placed.filter(({ group }) => group === null).map(({ arm }) => arm),
    (arm) => {
      const { sweep, settings } = of.get(arm)!;
      return {
        cell: JSON.stringify([sweep, pick(settings, shown)]),
        others: Object.fromEntries(others.map((name) => [name, settings[name] ?? null])),
      };
    },
    (arm) => trained[of.get(arm)!.sweep]!.has(arm.index),
  );
  const isKept = new Set(kept);
  const search = placed.filter(({ group }) => group === null);
  const controlsOf = (members: readonly Placed[]) =>
    new Set(members.map(({ sweep, arm }) => `${sweep}:${arm.controlIndex}`));
  const needed = controlsOf(search.filter(({ arm }) => isKept.has(arm)));
  const lost = controlsOf(search.filter(({ arm }) => !isKept.has(arm)));
  return {
    balance,
    kept: placed.filter(({ sweep, arm, group }) => {
      if (group === null) return isKept.has(arm);
      const key = `${sweep}:${arm.index}`;
      return needed.has(key) || !lost.has(key);
    }),
  };
}

/** Controls first, the other ablations last; within each by their values, what is not in force at the end. */
function byPlace(shown: readonly string[]): (a: readonly Placed[], b: readonly Placed[]) => number {
  const classOf = ({ arm, group }: Placed) => (arm.control ? 0 : group === null ? 1 : 2);
  return (a, b) => {
    const [first, second] = [a[0]!, b[0]!];
    return (
      classOf(first) - classOf(second) ||
      (first.group ?? '').localeCompare(second.group ?? '') ||
      shown
        .map((name) => compareValues(first.settings[name] ?? null, second.settings[name] ?? null))
        .find((order) => order !== 0) ||
      0
    );
  };
}

function compareValues(a: ParamValue, b: ParamValue): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}

/** `β0.3 N40`; of arms outside the search the name of their group, and what varies among them. */
function nameOf(
  { arm, group, settings }: Placed,
  shown: readonly string[],
  all: readonly Placed[],
  unitOfN: 'batches' | 'share',
): string {
  const alike = all.filter((other) => other.group === group);
  const names =
    group === null ? shown : shown.filter((name) => new Set(alike.map((other) => other.settings[name])).size > 1);
  const parts = names
    .filter((name) => (settings[name] ?? null) !== null)
    .map((name) => {
      const value = settings[name]!;
      const written = typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
      if (name === 'N' && unitOfN === 'share') return `N/T=${written}`;
      return isLossParameter(name) ? `${symbolOf(name)}${written}` : `${shortName(name)}=${written}`;
    });
  const whole = [...(group === null ? [] : [group]), ...parts].join(' ');
  return whole === '' ? arm.name : whole;
}
