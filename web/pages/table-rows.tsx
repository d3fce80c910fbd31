import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import type { DisplayCell, DisplayLine } from '../../server/http/schemas/display-table.ts';
import type { VirtualRows } from '../parts/virtual-rows.ts';
import { Link } from '../routing/link.tsx';
import { widestCells } from '../series/table-columns.ts';

interface TableRowsProps {
  body: readonly DisplayLine[];
  virtual: VirtualRows;
  /** How many rows the table's head has. */
  headRows: number;
  /** The page of the runs that a cell is made of. */
  runsOf: (arms: readonly number[], column: number) => string;
}

/** The rows of a table's body; of a long one those that are in sight, with room in place of the others. */
export function TableRows({ body, virtual, headRows, runsOf }: TableRowsProps) {
  const { isPartial, rows, after, measure, follow } = virtual;
  return (
    <>
      {isPartial && <Ruler body={body} />}
      <tbody ref={virtual.body} onFocusIn={follow} onFocusOut={follow}>
        {rows.map(({ index, before }) => {
          const { kind, cells } = body[index]!;
          return (
            <Fragment key={index}>
              {before > 0 && <Room height={before} />}
              <tr
                ref={isPartial ? measure : null}
                class={`line-${kind}`}
                data-index={index}
                aria-rowindex={isPartial ? headRows + index + 1 : undefined}
              >
                {cells.map((cell, place) => (
                  <CellView key={place} cell={cell} runs={cell.arms === undefined ? null : runsOf(cell.arms, place)} />
                ))}
              </tr>
            </Fragment>
          );
        })}
        {after > 0 && <Room height={after} />}
      </tbody>
    </>
  );
}

/** Keeps each column as wide as its widest cell, whichever rows are drawn. */
function Ruler({ body }: { body: readonly DisplayLine[] }) {
  const cells = useMemo(() => widestCells(body), [body]);
  return (
    <tbody class="ruler" aria-hidden="true">
      <tr>
        {cells.map(({ text, bold, below }, place) => (
          <td key={place}>
            <span>{bold ? <strong>{text}</strong> : text}</span>
            <span class="below">{below}</span>
          </td>
        ))}
      </tr>
    </tbody>
  );
}

function Room({ height }: { height: number }) {
  return (
    <tr class="room" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}

function CellView({ cell, runs }: { cell: DisplayCell; runs: string | null }) {
  const shown = cell.bold ? <strong>{cell.text}</strong> : cell.text;
  const content = (
    <>
      {runs === null ? (
        shown
      ) : (
        <Link to={runs} class="plain">
          {shown}
        </Link>
      )}
      {cell.below !== undefined && <span class="below">{cell.below}</span>}
    </>
  );
  return cell.header ? (
    <th scope="row" colSpan={cell.span}>
      {content}
    </th>
  ) : (
    <td colSpan={cell.span}>{content}</td>
  );
}
