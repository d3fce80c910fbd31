import { NO_MARK } from '../../sweep/marks.ts';
import type { SweepState } from '../../sweep/results.ts';
import { hasWords } from '../../sweep/search-text.ts';
import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { readSweepMarks } from './read-marks.ts';
import { seenSweepState } from './seen-state.ts';

/** Each condition narrows the list; what is left out lets every sweep pass. */
export interface SweepChoice {
  /** Default: archived ones as well. */
  archived?: 'without' | 'with' | 'only';
  /** Words that its name, id, tags or note contain, as `hasWords` finds them. */
  text?: string;
  /** Tags of which it has every one. */
  tags?: readonly string[];
  starred?: boolean;
  /** Default: `created`. Sweeps that are equal in it are sorted by id. */
  sort?: SweepSortKey;
  /** Default: the newest, and the largest, first. */
  ascending?: boolean;
}

export const SWEEP_SORT_KEYS = ['created', 'name', 'state', 'star'] as const;
export type SweepSortKey = (typeof SWEEP_SORT_KEYS)[number];

/** The sweeps that a list shows, in its order. */
export function chooseSweeps(storage: Storage, choice: SweepChoice): number[] {
  return sortSweeps(findSweeps(storage, choice), choice).map(({ id }) => id);
}

interface Found {
  id: number;
  name: string;
  state: SweepState;
  star: boolean;
}

/** SQLite knows neither Greek capitals nor the words of letters, so texts are compared here, without definitions. */
function findSweeps(storage: Storage, { archived = 'with', text = '', tags = [], starred }: SweepChoice): Found[] {
  const rows = storage
    .prepare('SELECT id, name, state, cancelRequested, archived FROM "Sweep" WHERE archived >= ? AND archived <= ?')
    .all(Number(archived === 'only'), Number(archived !== 'without')) as {
    id: number;
    name: string;
    state: string;
    cancelRequested: number;
  }[];
  const marks = readSweepMarks(
    storage,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row) => {
    const { star, tags: own, note } = marks.get(sweepName(row.id)) ?? NO_MARK;
    const isFound =
      (starred === undefined || star === starred) &&
      tags.every((tag) => own.includes(tag)) &&
      (text === '' || hasWords([row.name, sweepName(row.id), ...own, note ?? ''].join(' '), text));
    return isFound ? [{ id: row.id, name: row.name, state: seenSweepState(storage, row), star }] : [];
  });
}

/** In the order in which somebody may have to do something about it. */
const STATE_ORDER: SweepState[] = ['running', 'queued', 'interrupted', 'cancelled', 'complete'];

function sortSweeps(found: Found[], { sort = 'created', ascending = false }: SweepChoice): Found[] {
  const collator = new Intl.Collator('en', { numeric: true });
  const compare: Record<SweepSortKey, (a: Found, b: Found) => number> = {
    created: (a, b) => a.id - b.id,
    name: (a, b) => collator.compare(a.name, b.name),
    state: (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state),
    star: (a, b) => Number(a.star) - Number(b.star),
  };
  const sign = ascending ? 1 : -1;
  return found.sort((a, b) => sign * compare[sort](a, b) || b.id - a.id);
}
