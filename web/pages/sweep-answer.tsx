import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import type { ConfirmRequest } from '../../server/http/schemas/confirm.ts';
import type { Verdict } from '../../server/http/schemas/verdict.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatDuration } from '../format/time.ts';
import { Loaded } from '../parts/loaded.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { Link } from '../routing/link.tsx';
import { ForestPlot } from './forest-plot.tsx';
import { navigate } from '../routing/location.ts';

/** What the sweep answers, and what to do next: the first thing on its page. */
export function AnswerCard({ sweep }: { sweep: SweepDetail }) {
  const answer = useResource<Verdict>(`sweeps/${sweep.id}/verdict`, aboutSweep(sweep.id));
  return (
    <section class="card wide answer" aria-label="Answer">
      <Loaded resource={answer} what="the answer">
        {(verdict) => (
          <>
            <p class="answer-sentence">{verdict.sentence}</p>
            <NextStep sweep={sweep} verdict={verdict} />
            <ForestPlot forest={verdict.forest} sweep={sweep.id} metric={verdict.metric} />
          </>
        )}
      </Loaded>
    </section>
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
