import { useMemo } from 'preact/hooks';
import type { BestArm, FailedRun, SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import { formatMetric, formatSpread, metricLabel } from '../format/metric.ts';
import { droppedWords } from '../format/dropped.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { AtWork } from '../parts/at-work.tsx';
import { Facts, Moment } from '../parts/facts.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { CountsBar, CountsWords, ProgressBar } from '../parts/progress.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import { toBestArmsChart } from '../series/best-arms.ts';
import { AnswerCard } from './sweep-answer.tsx';
import { ConfirmationCard, ConfirmationsCard } from './sweep-confirmation.tsx';

export function SweepPage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="sweep">
      {(sweep) => (
        <div class="columns">
          {sweep.error !== null && (
            <p class="banner banner-bad wide reason" role="alert">
              {sweep.error}
            </p>
          )}
          {sweep.confirms !== null ? <ConfirmationCard sweep={sweep} /> : <AnswerCard sweep={sweep} />}
          <div class="stack">
            <ProgressCard sweep={sweep} />
            <PlanCard sweep={sweep} />
          </div>
          <BestCard sweep={sweep} />
          {sweep.failures.length > 0 && <FailuresCard sweep={sweep} />}
          {sweep.confirmations.length > 0 && <ConfirmationsCard sweep={sweep} />}
          <section class="card wide">
            <h2>Definition</h2>
            <pre class="definition" tabIndex={0}>
              <code>{sweep.definition}</code>
            </pre>
            <p class="small quiet">
              Relative paths start at <code>{sweep.baseFolder}</code>
            </p>
          </section>
        </div>
      )}
    </SweepFrame>
  );
}

function ProgressCard({ sweep }: { sweep: SweepDetail }) {
  const { progress } = sweep;
  const share = progress.batchesTotal === 0 ? 0 : progress.batches / progress.batchesTotal;
  return (
    <section class="card">
      <h2>Progress</h2>
      {sweep.state === 'queued' && <AtWork before={sweep} />}
      <p class="big numbers">
        {Math.floor(share * 100)} %
        {progress.secondsLeft !== null && (
          <span class="quiet"> · about {formatDuration(progress.secondsLeft)} left</span>
        )}
      </p>
      <ProgressBar done={progress.batches} total={progress.batchesTotal} label="Batches trained" />
      <p class="small quiet numbers">
        {formatCount(progress.batches)} of {formatCount(progress.batchesTotal)} batches
      </p>
      <CountsBar counts={sweep.counts} />
      <p class="small">
        <CountsWords counts={sweep.counts} />
      </p>
      {sweep.probeSeeds !== null && sweep.state !== 'complete' && (
        <p class="small">
          Only the trunks of {formatAmount(Math.min(sweep.probeSeeds, sweep.seeds), 'seed')} were asked for:{' '}
          <Link to={`sweeps/${sweep.id}/probe`}>what they say</Link>.
        </p>
      )}
      <Actions sweep={sweep} />
    </section>
  );
}

type SweepAction = 'cancel' | 'kill' | 'resume' | 'retry';

/** The actions that make sense now. */
function possibleActions(sweep: SweepDetail): SweepAction[] {
  const active = sweep.state === 'running' || sweep.state === 'queued';
  if (active)
    return [...(sweep.cancelling ? [] : ['cancel' as const]), ...(sweep.state === 'running' ? ['kill' as const] : [])];
  const unfinished = sweep.state === 'interrupted' || sweep.state === 'cancelled';
  return [...(unfinished ? ['resume' as const] : []), ...(sweep.counts.failed > 0 ? ['retry' as const] : [])];
}

const ACTION_WORDS: Record<SweepAction, string> = {
  cancel: 'Cancel',
  kill: 'Kill now',
  resume: 'Resume',
  retry: 'Retry failed runs',
};

function Actions({ sweep }: { sweep: SweepDetail }) {
  const words = { ...ACTION_WORDS, ...(sweep.probeSeeds === null ? {} : { resume: 'Train the whole sweep' }) };
  return (
    <div class="actions">
      {possibleActions(sweep).map((action) => (
        <PostButton
          key={action}
          path={`sweeps/${sweep.id}/${action}`}
          kind={action === 'cancel' || action === 'kill' ? 'danger' : 'primary'}
        >
          {words[action]}
        </PostButton>
      ))}
      {sweep.cancelling && <span class="quiet small">Stopping at the next checkpoint …</span>}
    </div>
  );
}

function BestCard({ sweep }: { sweep: SweepDetail }) {
  const chart = useMemo(() => toBestArmsChart(sweep.best, sweep.metric.name), [sweep.best]);
  return (
    <section class="card">
      <h2>Best arms</h2>
      <p class="small quiet">
        {metricLabel(sweep.metric.name)}, {sweep.metric.goal === 'maximize' ? 'higher' : 'lower'} is better; mean ± sd
        over seeds at the last evaluation
      </p>
      {sweep.best.length === 0 ? (
        <p class="quiet">No arm has a complete run yet.</p>
      ) : (
        <>
          <ChartView spec={chart} size="small" />
          <div class="scroll">
            <table class="data">
              <thead>
                <tr>
                  <th>#</th>
                  <th>Arm</th>
                  <th class="number">Mean ± sd</th>
                  <th class="number">n</th>
                </tr>
              </thead>
              <tbody>
                {sweep.best.map((score, place) => (
                  <BestRow key={score.arm} score={score} place={place} sweep={sweep} />
                ))}
              </tbody>
            </table>
          </div>
          <p class="small quiet">
            Whether a difference is more than chance: <Link to={`sweeps/${sweep.id}/compare`}>compare</Link> and{' '}
            <Link to={`sweeps/${sweep.id}/table`}>table</Link>; there an arm can be confirmed on fresh seeds.
          </p>
        </>
      )}
    </section>
  );
}

function BestRow({ score, place, sweep }: { score: BestArm; place: number; sweep: SweepDetail }) {
  return (
    <tr>
      <td class="quiet">{place + 1}</td>
      <td>
        <Link to={`sweeps/${sweep.id}/runs?arm=${score.arm}`}>{score.name}</Link>
        {score.control && <span class="tag">control</span>}
      </td>
      <td class="number">
        {formatMetric(sweep.metric.name, score.mean)}
        {score.sd !== null && ` ± ${formatSpread(sweep.metric.name, score.sd)}`}
      </td>
      <td class="number">{score.n}</td>
    </tr>
  );
}

function FailuresCard({ sweep }: { sweep: SweepDetail }) {
  const all = sweep.counts.failed + sweep.counts.diverged;
  return (
    <section class="card wide">
      <h2>Failed and diverged</h2>
      {all > sweep.failures.length && (
        <p class="small quiet">
          The first {sweep.failures.length} of {formatAmount(all, 'run')}.
        </p>
      )}
      <div class="scroll">
        <table class="data">
          <thead>
            <tr>
              <th>Run</th>
              <th>Arm</th>
              <th class="number">Seed</th>
              <th>State</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {sweep.failures.map((failure) => (
              <FailureRow key={failure.run} failure={failure} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function FailureRow({ failure }: { failure: FailedRun }) {
  return (
    <tr>
      <td>
        <Link to={`runs/${failure.run}`}>{failure.run}</Link>
      </td>
      <td>{failure.armName}</td>
      <td class="number">{failure.seed}</td>
      <td>
        <StateBadge state={failure.state} />
      </td>
      <td class="reason">{failure.reason ?? '–'}</td>
    </tr>
  );
}

function PlanCard({ sweep }: { sweep: SweepDetail }) {
  const runs = formatAmount(sweep.arms * sweep.seeds, 'run');
  return (
    <section class="card">
      <h2>Plan</h2>
      <Facts
        facts={[
          ['Arms × seeds', `${formatCount(sweep.arms)} × ${formatCount(sweep.seeds)} = ${runs}`],
          ['Dropped by constraints', droppedWords(sweep.dropped)],
          ['Folded duplicates', formatCount(sweep.folded)],
          ['Engine', sweep.engine],
          ['Created', <Moment at={sweep.createdAt} />],
          ['Started', sweep.startedAt === null ? null : <Moment at={sweep.startedAt} />],
          ['Finished', sweep.finishedAt === null ? null : <Moment at={sweep.finishedAt} />],
          ['Plan', <code>{sweep.planHash.slice(0, 12)}</code>],
        ]}
      />
    </section>
  );
}
