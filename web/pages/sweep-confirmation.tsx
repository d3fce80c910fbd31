import type { ConfirmReport } from '../../server/http/schemas/confirm.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { metricLabel } from '../format/metric.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { Loaded } from '../parts/loaded.tsx';
import { Link } from '../routing/link.tsx';
import { differenceWords, sideWords, testWords } from '../series/confirmation.ts';

/** A sweep that confirms an arm of another: its one paired test on fresh seeds. */
export function ConfirmationCard({ sweep }: { sweep: SweepDetail }) {
  return (
    <section class="card wide confirmation">
      <h2>
        Confirms an arm of <Link to={`sweeps/${sweep.confirms!.sweep}`}>{sweep.confirms!.sweep}</Link> on fresh seeds
      </h2>
      <ConfirmationTest sweep={sweep} />
    </section>
  );
}

export function ConfirmationTest({ sweep }: { sweep: SweepDetail }) {
  const report = useResource<ConfirmReport>(`sweeps/${sweep.id}/confirmation`, aboutSweep(sweep.id));
  return (
    <Loaded resource={report} what="the confirmation">
      {(answer) => <Test report={answer} />}
    </Loaded>
  );
}

function Test({ report }: { report: ConfirmReport }) {
  const { arm, control, confirms, seeds, metric, part, images, notes } = report;
  return (
    <>
      <p class="big numbers">{differenceWords(report)}</p>
      <p class="small quiet numbers">{testWords(report)}</p>
      <div class="scroll" tabIndex={0}>
        <table class="data">
          <thead>
            <tr>
              <th>Phase</th>
              <th>Arm</th>
              <th class="number">Mean ± sd</th>
              <th class="number">n</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>with</td>
              <td>
                {confirms.arm === null ? (
                  arm.name
                ) : (
                  <Link to={`sweeps/${confirms.sweep}/runs?arm=${confirms.arm}`}>{arm.name}</Link>
                )}
              </td>
              <td class="number">{sideWords(metric, arm)}</td>
              <td class="number">{arm.n}</td>
            </tr>
            <tr>
              <td>without</td>
              <td>
                {control.name}
                <span class="tag">control</span>
              </td>
              <td class="number">{sideWords(metric, control)}</td>
              <td class="number">{control.n}</td>
            </tr>
          </tbody>
        </table>
      </div>
      <p class="small quiet">
        {metricLabel(metric)}, {part} part{images !== null && ` of ${formatCount(images)} images`};{' '}
        {formatAmount(seeds.length, 'fresh seed')}
        {seeds.length > 0 && `: ${seeds.length > 12 ? `${seeds[0]} to ${seeds.at(-1)}` : seeds.join(', ')}`}.
      </p>
      {notes.map((note) => (
        <p key={note} class="small">
          {note}
        </p>
      ))}
    </>
  );
}

/** The other way: which sweeps confirm an arm of this one. */
export function ConfirmationsCard({ sweep }: { sweep: SweepDetail }) {
  return (
    <section class="card wide">
      <h2>Sweeps on fresh seeds</h2>
      <ul class="places">
        {sweep.confirmations.map(({ id, name }) => (
          <li key={id}>
            <Link to={`sweeps/${id}`}>{name}</Link> <span class="small">{id}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
