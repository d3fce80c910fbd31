import { useState } from 'preact/hooks';
import type { DiffRow, RunDiff } from '../../server/http/schemas/run-diff.ts';
import { useResource } from '../data/use-resource.ts';
import { formatNumber } from '../format/number.ts';
import { formatParameter } from '../format/parameter.ts';
import { Link } from '../routing/link.tsx';
import { Loaded } from './loaded.tsx';

/** Two runs side by side: what differs, and on request what is the same. */
export function RunDiffTable({ first, second }: { first: string; second: string }) {
  const diff = useResource<RunDiff>(`runs/${first}/diff?with=${second}`);
  return (
    <Loaded resource={diff} what={`the difference of ${first} and ${second}`}>
      {(answer) => <Diff diff={answer} />}
    </Loaded>
  );
}

function Diff({ diff: { runs, same, sections } }: { diff: RunDiff }) {
  const [all, setAll] = useState(false);
  const shown = sections
    .map(({ title, rows }) => ({ title, rows: rows.filter(({ differs }) => all || differs) }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Difference of two runs">
        <table class="data diff">
          <thead>
            <tr>
              <td />
              {runs.map(({ id, arm, seed }) => (
                <th key={id} scope="col">
                  <Link to={`runs/${id}`}>{id}</Link>{' '}
                  <span class="quiet">
                    {arm ?? 'in no sweep'}, seed {seed}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          {shown.map(({ title, rows }) => (
            <tbody key={title}>
              <tr>
                <th colSpan={3} scope="colgroup" class="diff-section">
                  {title}
                </th>
              </tr>
              {rows.map((row) => (
                <Line key={row.name} row={row} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      <label class="check">
        <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> Also the {same} that are the same
      </label>
    </>
  );
}

function Line({ row: { name, values, differs } }: { row: DiffRow }) {
  return (
    <tr class={differs ? 'differs' : 'quiet'}>
      <th scope="row">{name}</th>
      {values.map((value, place) => (
        <td key={place} class="break">
          {typeof value === 'number' ? formatNumber(value, 6) : formatParameter(value)}
        </td>
      ))}
    </tr>
  );
}
