import type { SweepItem, SweepList } from '../../server/http/schemas/sweep.ts';
import type { Verdict } from '../../server/http/schemas/verdict.ts';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { metricLabel } from '../format/metric.ts';
import { formatAmount } from '../format/number.ts';
import { Moment } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { Pager } from '../parts/pager.tsx';
import { CountsBar, CountsWords } from '../parts/progress.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Link } from '../routing/link.tsx';
import { useChoice } from '../routing/location.ts';

export function SweepsPage() {
  const [page, setPage] = useChoice('page', '1');
  const sweeps = useResource<SweepList>(
    `sweeps${query({ page, size: 50 })}`,
    ({ kind }) => kind === 'hello' || kind === 'sweeps' || kind === 'sweep',
  );
  return (
    <>
      <header class="page-head page-head-row">
        <h1>Sweeps</h1>
        <Link to="new" class="button primary">
          New sweep
        </Link>
      </header>
      <Loaded resource={sweeps} what="the sweeps">
        {(list) =>
          list.total === 0 ? (
            <NoSweeps />
          ) : (
            <>
              <ul class="sweeps">
                {list.items.map((sweep) => (
                  <SweepCard key={sweep.id} sweep={sweep} />
                ))}
              </ul>
              <Pager page={list.page} size={list.size} total={list.total} onPage={(next) => setPage(String(next))} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function NoSweeps() {
  return (
    <Message kind="empty" title="No sweeps yet">
      <p>Start one from a terminal; it appears here while it trains:</p>
      <pre>
        <code>npx cosweep run sweeps/demo.json</code>
      </pre>
      <p>
        or <Link to="new">paste a definition</Link>.
      </p>
    </Message>
  );
}

/** What a sweep that has ended answers, in a few words. */
function ShortAnswer({ sweep }: { sweep: SweepItem }) {
  const isAtWork = sweep.state === 'running' || sweep.state === 'queued';
  const isJudged = !isAtWork && !sweep.isConfirmation && sweep.counts.complete > 0;
  const answer = useResource<Verdict>(isJudged ? `sweeps/${sweep.id}/verdict` : null, aboutSweep(sweep.id));
  return answer.value === null ? null : <p class="answer-short">{answer.value.short}</p>;
}

function SweepCard({ sweep }: { sweep: SweepItem }) {
  return (
    <li class="card sweep-card">
      <div class="sweep-card-head">
        <h2>
          <Link to={`sweeps/${sweep.id}`}>{sweep.name}</Link>
        </h2>
        <StateBadge state={sweep.cancelling ? 'cancelling' : sweep.state} />
      </div>
      <ShortAnswer sweep={sweep} />
      {sweep.description !== null && <p class="quiet">{sweep.description}</p>}
      <CountsBar counts={sweep.counts} />
      <p class="small">
        <CountsWords counts={sweep.counts} />
      </p>
      <p class="small quiet">
        {sweep.id} · {formatAmount(sweep.arms, 'arm')} × {formatAmount(sweep.seeds, 'seed')} ·{' '}
        {metricLabel(sweep.metric.name)}
        {sweep.engine !== null && <> · {sweep.engine}</>} · <Moment at={sweep.createdAt} />
      </p>
      <p class="links small">
        <Link to={`sweeps/${sweep.id}/compare`}>Compare</Link> <Link to={`sweeps/${sweep.id}/runs`}>Runs</Link>{' '}
        <Link to={`sweeps/${sweep.id}/table`}>Table</Link>
      </p>
    </li>
  );
}
