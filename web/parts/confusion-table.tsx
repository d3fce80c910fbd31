import { formatPercent } from '../format/number.ts';
import { toClassName, toConfusionCells, type ConfusionCell } from '../series/confusion.ts';

/** With more classes than this, a cell has no room for a number. */
const MOST_NUMBERED = 20;

interface ConfusionProps {
  counts: number[][];
  classes: string[] | null;
}

/** Rows are true classes, columns predicted ones; the darker, the larger the share of the row. */
export function ConfusionTable({ counts, classes }: ConfusionProps) {
  const cells = toConfusionCells(counts);
  const numbered = counts.length <= MOST_NUMBERED;
  return (
    <div class="scroll" tabIndex={0}>
      <table class={numbered ? 'confusion' : 'confusion confusion-dense'}>
        <caption class="small quiet">Rows: true class. Columns: predicted class.</caption>
        {numbered && (
          <thead>
            <tr>
              <td />
              {counts.map((_, index) => (
                <th key={index} scope="col">
                  {toClassName(index, classes)}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {cells.map((row, truth) => (
            <tr key={truth}>
              {numbered && <th scope="row">{toClassName(truth, classes)}</th>}
              {row.map((cell, predicted) => (
                <Cell
                  key={predicted}
                  cell={cell}
                  numbered={numbered}
                  title={
                    `${toClassName(truth, classes)} taken for ${toClassName(predicted, classes)}: ` +
                    `${cell.count} (${formatPercent(cell.share, 1)})`
                  }
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ cell, numbered, title }: { cell: ConfusionCell; numbered: boolean; title: string }) {
  // The root makes single mistakes visible beside a diagonal near one.
  const strength = cell.count === 0 ? 0 : 8 + 92 * Math.sqrt(cell.share);
  const colour = cell.correct ? '--good' : '--bad';
  const background = `color-mix(in srgb, var(${colour}) ${strength.toFixed(1)}%, transparent)`;
  return (
    <td title={title} class={strength > 55 ? 'strong' : ''} style={{ background }}>
      {numbered && cell.count > 0 ? cell.count : ''}
    </td>
  );
}
