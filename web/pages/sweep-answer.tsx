import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import type { ConfirmRequest } from '../../server/http/schemas/confirm.ts';
import type { PromoteRequest } from '../../server/http/schemas/promote.ts';
import type { Verdict } from '../../server/http/schemas/verdict.ts';
import type { ShownFactors } from '../../server/http/schemas/factors.ts';
import { query } from '../data/api.ts';
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

function NextStep({ sweep, verdict: { next, metric } }: { sweep: SweepDetail; verdict: Verdict }) {
  const price = next.seconds === null ? '' : ` · about ${formatDuration(roughly(next.seconds))} of training`;
  const words = `${next.text.charAt(0).toUpperCase()}${next.text.slice(1)}`;
  if (next.action === 'confirm') {
    const request: ConfirmRequest = { arm: next.arm!, seeds: next.seeds!, metric, again: next.again };
    return (
      <div class="actions">
        <PostButton path={`sweeps/${sweep.id}/confirm`} body={request} then={({ id }) => navigate(`sweeps/${id}`)}>
          {words}
        </PostButton>
        <span class="small quiet">{price.slice(3)}</span>
      </div>
    );
  }
  if (next.action === 'promote') {
    const request: PromoteRequest = { seeds: next.seeds! };
    return (
      <div class="actions">
        <PostButton path={`sweeps/${sweep.id}/promote`} body={request} then={({ id }) => navigate(`sweeps/${id}`)}>
          {words}
        </PostButton>
        <span class="small quiet">{price.slice(3)}</span>
      </div>
    );
  }
  if (next.action === 'report')
    return (
      <p class="small">
        Next: <Link to={`sweeps/${sweep.id}/table`}>{next.text}</Link>
      </p>
    );
  return (
    <p class="small">
      Next: {next.text}
      {price}
    </p>
  );
}
