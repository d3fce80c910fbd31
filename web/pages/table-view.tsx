import { useEffect, useMemo, useState } from 'preact/hooks';
import type { DisplayCell, DisplayTable } from '../../server/http/schemas/display-table.ts';
import { query } from '../data/api.ts';
import { formatCount } from '../format/number.ts';
import { useVirtualRows } from '../parts/virtual-rows.ts';
import { choose, useChoice } from '../routing/location.ts';
import { narrowTable, orderLines } from '../series/table-columns.ts';
import { TableRows } from './table-rows.tsx';

interface TableViewProps {
  table: DisplayTable;
  /** The page of the runs that a cell is made of. */
  runsOf: (arms: readonly number[], column: number) => string;
  /** Only lines with this text among their labels. */
  text: string;
}

export function TableView({ table, runsOf, text }: TableViewProps) {
  const [sort] = useChoice('sort', '');
  const [order] = useChoice('order', 'desc');
  const isNarrow = useNarrow();
  const column = sort === '' ? null : Number(sort);
  // It is the same while the reader scrolls.
  const { head, body } = useMemo(() => {
    // A column is named by its place in the whole table, whatever order a narrow screen shows.
    const placed = {
      ...table,
      head: table.head.map((line, index) => (index === table.head.length - 1 ? numbered(line) : line)),
    };
    const sorted = { ...placed, body: orderLines(table.body, { column, descending: order === 'desc', text }) };
    return isNarrow ? narrowTable(sorted) : sorted;
  }, [table, column, order, text, isNarrow]);
  const [isWhole, setWhole] = useState(false);
  const virtual = useVirtualRows(body.length, isWhole);
  const sortBy = (place: number): void => {
    const isSame = column === place;
    if (isSame && order === 'asc') choose({ sort: null, order: null });
    else choose({ sort: String(place), order: isSame ? 'asc' : null });
  };
  return (
    <>
      <div class="scroll tall" ref={virtual.scroller} tabIndex={0} role="region" aria-label="Ablation table">
        <table class="ablation" aria-rowcount={virtual.isPartial ? head.length + body.length : undefined}>
          <caption>{table.caption}</caption>
          <thead>
            {head.map((row, index) => (
              <tr key={index} aria-rowindex={virtual.isPartial ? index + 1 : undefined}>
                {row.map((cell, place) =>
                  'place' in cell ? (
                    <SortHead
                      key={place}
                      cell={cell as PlacedCell}
                      isSorted={column === (cell as PlacedCell).place}
                      order={order}
                      onSort={sortBy}
                    />
                  ) : (
                    <th key={place} scope="colgroup" colSpan={cell.span}>
                      {cell.text}
                    </th>
                  ),
                )}
              </tr>
            ))}
          </thead>
          <TableRows body={body} virtual={virtual} headRows={head.length} runsOf={runsOf} />
        </table>
      </div>
      {body.length < table.body.length && (
        <p class="quiet small" role="status">
          {body.length} of {table.body.length} rows have this text
        </p>
      )}
      {virtual.isPartial && (
        <p class="quiet small">
          Rows are drawn as they come into sight.{' '}
          <button type="button" class="plain" onClick={() => setWhole(true)}>
            Draw all {formatCount(body.length)}
          </button>{' '}
          for the browser’s own search, and for print.
        </p>
      )}
      <details class="note-fold">
        <summary>Note: what the numbers and marks mean</summary>
        <p class="note small">{table.note}</p>
      </details>
    </>
  );
}

type PlacedCell = DisplayCell & { place: number };

function numbered(cells: readonly DisplayCell[]): PlacedCell[] {
  return cells.map((cell, place) => ({ ...cell, place }));
}

interface SortHeadProps {
  cell: PlacedCell;
  isSorted: boolean;
  order: string;
  onSort: (place: number) => void;
}

function SortHead({ cell, isSorted, order, onSort }: SortHeadProps) {
  const arrow = isSorted ? (order === 'asc' ? ' ▲' : ' ▼') : '';
  return (
    <th
      scope="col"
      colSpan={cell.span}
      aria-sort={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {cell.key === 'remarks' ? (
        cell.text
      ) : (
        <button type="button" class="sort" onClick={() => onSort(cell.place)}>
          {cell.text}
          {arrow}
        </button>
      )}
    </th>
  );
}

/** A filter may have a thousand characters. */
const LONGEST_FILTER = 1000;

/** The page of the runs that a cell is made of; of too many arms for a filter, all runs. */
export function runsOfArms(sweep: string, arms: readonly number[]): string {
  const byArm = arms.map((arm) => `arm = ${arm}`).join(' or ');
  if (byArm.length > LONGEST_FILTER) return `sweeps/${sweep}/runs`;
  const filter = arms.length === 1 ? { arm: arms[0] } : { filter: byArm };
  return `sweeps/${sweep}/runs${query(filter)}`;
}

const NARROW = '(max-width: 640px)';

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const follow = () => setNarrow(media.matches);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  return isNarrow;
}
