import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import type { ConfirmRequest } from '../../server/http/schemas/confirm.ts';
import type { ExtendRequest } from '../../server/http/schemas/extend.ts';
import type { PromoteRequest } from '../../server/http/schemas/promote.ts';
import type { Verdict } from '../../server/http/schemas/verdict.ts';
import type { ShownFactors } from '../../server/http/schemas/factors.ts';
import { apiAddress, query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatDuration } from '../format/time.ts';
import { MetricSelect } from '../parts/metric-select.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { Link } from '../routing/link.tsx';
import { ForestPlot } from './forest-plot.tsx';
import { navigate, useChoice, useLocation } from '../routing/location.ts';
import { FactorsCard } from './sweep-factors.tsx';
import { MapCard } from './sweep-map.tsx';
import { isConfirmable } from '../series/to-confirm.ts';

/** What the sweep answers, and what to do next: the first thing on its page; then what the difference depends on. */
export function Answer({ sweep }: { sweep: SweepDetail }) {
  const [metric, setMetric] = useChoice('metric', sweep.metric.name);
  const answer = useResource<Verdict>(`sweeps/${sweep.id}/verdict${query({ metric })}`, aboutSweep(sweep.id));
  const metrics = sweep.metrics.length === 0 ? [sweep.metric.name] : sweep.metrics;
  return (
    <>
      <section class="card wide answer" aria-label="Answer">
        <Loaded resource={answer} what="the answer">
          {(verdict) => (
            <>
              <p class="answer-sentence">{verdict.sentence}</p>
              <div class="answer-head">
                <NextStep sweep={sweep} verdict={verdict} />
                <MetricSelect metrics={metrics} value={metric} onChange={setMetric} />
              </div>
              <ForestPlot forest={verdict.forest} sweep={sweep.id} metric={verdict.metric} />
            </>
          )}
        </Loaded>
      </section>
      <Factors sweep={sweep} metric={metric} />
    </>
  );
}

/** Nothing is shown before there are two levels to compare. */
function Factors({ sweep, metric }: { sweep: SweepDetail; metric: string }) {
  const { query: chosen } = useLocation();
  const [x, y] = [chosen.get('x'), chosen.get('y')];
  const factors = useResource<ShownFactors>(
    `sweeps/${sweep.id}/factors${query({ metric, x, y })}`,
    aboutSweep(sweep.id),
  );
  return (
    <div class="wide">
      <Loaded resource={factors} what="the parameters">
        {(shown) => {
          const ranked = [...shown.importance, ...shown.factors.map(({ name }) => ({ factor: name }))];
          const [first, second] = new Set(ranked.map(({ factor }) => factor));
          return (
            <>
              <FactorsCard shown={shown} />
              <MapCard
                shown={shown}
                x={x ?? shown.map?.x.name ?? first ?? ''}
                y={y ?? shown.map?.y.name ?? second ?? ''}
              />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

/** Whole minutes: a prediction is no better. */
function roughly(seconds: number): number {
  return seconds < 120 ? seconds : Math.round(seconds / 60) * 60;
}

function NextStep({ sweep, verdict }: { sweep: SweepDetail; verdict: Verdict }) {
  const { next } = verdict;
  const price = next.seconds === null ? null : `about ${formatDuration(roughly(next.seconds))} of training`;
  const words = `${next.text.charAt(0).toUpperCase()}${next.text.slice(1)}`;
  const request = next.action === 'confirm' && !isConfirmable(verdict.metric) ? null : requestOf(verdict);
  if (request !== null)
    return (
      <div class="actions">
        <PostButton
          path={`sweeps/${sweep.id}/${request.path}`}
          body={request.body}
          then={({ id }) => navigate(`sweeps/${id}`)}
        >
          {words}
        </PostButton>
        {price !== null && <span class="small quiet">{price}</span>}
      </div>
    );
  return (
    <p class="small">
      Next: <StepLink sweep={sweep.id} next={next} />
      {price !== null && ` · ${price}`}
    </p>
  );
}

/** What a click on the step asks of the server; null for a step that is taken elsewhere. */
function requestOf({ next, metric }: Verdict): { path: string; body: object } | null {
  const { action, arm, seeds, again } = next;
  switch (action) {
    case 'confirm':
      return { path: 'confirm', body: { arm: arm!, seeds: seeds!, metric, again } satisfies ConfirmRequest };
    case 'promote':
      return { path: 'promote', body: { seeds: seeds! } satisfies PromoteRequest };
    case 'extend':
      return { path: 'extend', body: { seeds: seeds! } satisfies ExtendRequest };
    case 'train':
      return { path: 'resume', body: {} };
    case 'retry':
      return { path: 'retry', body: {} };
    default:
      return null;
  }
}

function StepLink({ sweep, next: { action, text } }: { sweep: string; next: Verdict['next'] }) {
  if (action === 'report')
    return (
      <a href={apiAddress(`sweeps/${sweep}/report`)} download>
        {text}
      </a>
    );
  if (action === 'clone' || action === 'addControl') return <Link to={`new?from=${sweep}`}>{text}</Link>;
  return <>{text}</>;
}
