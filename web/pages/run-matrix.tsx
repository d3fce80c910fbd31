import type { RunMatrix } from '../../server/http/schemas/matrix.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatAmount } from '../format/number.ts';
import { FirstOf } from '../parts/first-of.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { Link } from '../routing/link.tsx';
import { isTrainable } from './is-trainable.ts';

type State = RunMatrix['rows'][number]['states'][number];

/** A letter beside the colour, for those who cannot tell the colours apart. */
const LETTERS: Record<State, string> = {
  complete: '✓',
  running: '▸',
  waiting: '·',
  diverged: 'D',
  failed: 'F',
  cancelled: '×',
};

/** Every run of a sweep as a cell, arms × seeds, with what trains those that are missing. */
export function RunMatrixCard({ sweep }: { sweep: SweepDetail }) {
  const matrix = useResource<RunMatrix>(`sweeps/${sweep.id}/matrix`, aboutSweep(sweep.id));
  return (
    <section class="card run-matrix" aria-label="Runs by arm and seed">
      <h2>Runs by arm and seed</h2>
      <MissingRuns sweep={sweep} />
      <Loaded resource={matrix} what="the runs">
        {({ seeds, rows }) => (
          <FirstOf items={rows} most={40} noun="arms">
            {(shown) => <MatrixTable seeds={seeds} rows={shown} />}
          </FirstOf>
        )}
      </Loaded>
      <ul class="legend">
        {(Object.keys(LETTERS) as State[]).map((state) => (
          <li key={state}>
            <span class={`matrix-cell stage-${state}`} aria-hidden="true">
              {LETTERS[state]}
            </span>
            {state}
          </li>
        ))}
      </ul>
    </section>
  );
}

function MatrixTable({ seeds, rows }: RunMatrix) {
  return (
    <div class="scroll" tabIndex={0}>
      <table class="matrix">
        <thead>
          <tr>
            <th>Arm</th>
            {seeds.map((seed) => (
              <th key={seed} class="number" scope="col">
                {seed}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ arm, name, states, runs }) => (
            <tr key={arm}>
              <th scope="row">{name}</th>
              {states.map((state, i) => (
                <td key={runs[i]}>
                  <Link
                    to={`runs/${runs[i]}`}
                    class={`matrix-cell stage-${state}`}
                    label={`${name}, seed ${seeds[i]}: ${state}`}
                  >
                    {LETTERS[state]}
                  </Link>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is missing, and the button that trains it; while a sweep waits or trains it comes by itself. */
function MissingRuns({ sweep }: { sweep: SweepDetail }) {
  const { waiting, running, failed, cancelled } = sweep.counts;
  const open = waiting + running + cancelled;
  if (open + failed === 0) return null;
  const words = `${formatAmount(open + failed, 'run')} missing${failed > 0 ? `, ${failed} of them failed` : ''}`;
  const canCome = isTrainable(sweep);
  return (
    <div class="actions">
      {canCome && open > 0 && (
        <PostButton path={`sweeps/${sweep.id}/resume`}>Train the {formatAmount(open, 'missing run')}</PostButton>
      )}
      {canCome && failed > 0 && (
        <PostButton path={`sweeps/${sweep.id}/retry`}>Retry the {formatAmount(failed, 'failed run')}</PostButton>
      )}
      <span class="small quiet">{words}</span>
    </div>
  );
}
