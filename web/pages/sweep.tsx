import type { FailedRun, SweepDetail } from '../../server/http/schemas/sweep.ts';
import { post } from '../data/api.ts';
import { droppedWords } from '../format/dropped.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { AskButton } from '../parts/ask.tsx';
import { AtWork } from '../parts/at-work.tsx';
import { Facts, Moment } from '../parts/facts.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { CountsWords, ProgressBar } from '../parts/progress.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import { Answer } from './sweep-answer.tsx';
import { ConfirmationCard, ConfirmationsCard } from './sweep-confirmation.tsx';
import { isTrainable } from './is-trainable.ts';

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
          {(sweep.state !== 'complete' || sweep.counts.failed > 0) && <ProgressStrip sweep={sweep} />}
          {sweep.confirms !== null ? <ConfirmationCard sweep={sweep} /> : <Answer sweep={sweep} />}
          {sweep.confirmations.length > 0 && <ConfirmationsCard sweep={sweep} />}
          {sweep.failures.length > 0 && <FailuresCard sweep={sweep} />}
          <PlanCard sweep={sweep} />
          <section class="card">
            <details>
              <summary>
                <h2>Definition</h2>
              </summary>
              <pre class="definition" tabIndex={0}>
                <code>{sweep.definition}</code>
              </pre>
              <p class="small quiet">
                Relative paths start at <code>{sweep.baseFolder}</code>
              </p>
            </details>
          </section>
        </div>
      )}
    </SweepFrame>
  );
}

/** How far it is and what can be done about it, in one line above the answer. */
function ProgressStrip({ sweep }: { sweep: SweepDetail }) {
  const { progress } = sweep;
  const share = progress.batchesTotal === 0 ? 0 : progress.batches / progress.batchesTotal;
  return (
    <section class="card wide strip" aria-label="Progress">
      {sweep.state === 'queued' && <AtWork before={sweep} />}
      <p class="numbers">
        <strong>{Math.floor(share * 100)} %</strong>
        {progress.secondsLeft !== null && (
          <span class="quiet"> · about {formatDuration(progress.secondsLeft)} left</span>
        )}{' '}
        <span class="small quiet">
          {formatCount(progress.batches)} of {formatCount(progress.batchesTotal)} batches
        </span>
      </p>
      <ProgressBar done={progress.batches} total={progress.batchesTotal} label="Batches trained" />
      <p class="small">
        <CountsWords counts={sweep.counts} />
      </p>
      {sweep.probeSeeds !== null && (
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
  if (!isTrainable(sweep)) return [];
  const unfinished = sweep.state === 'interrupted' || sweep.state === 'cancelled';
  return [...(unfinished ? ['resume' as const] : []), ...(sweep.counts.failed > 0 ? ['retry' as const] : [])];
}

const ACTION_WORDS: Record<SweepAction, string> = {
  cancel: 'Cancel',
  kill: 'Kill now',
  resume: 'Resume',
  retry: 'Retry failed runs',
};

const ASK_WORDS = {
  cancel: 'It stops at the next checkpoints. What is trained stays, and it can be resumed.',
  kill: 'What they have not yet stored is trained again when the sweep is resumed.',
};

function Actions({ sweep }: { sweep: SweepDetail }) {
  const words = { ...ACTION_WORDS, ...(sweep.probeSeeds === null ? {} : { resume: 'Train the whole sweep' }) };
  return (
    <div class="actions">
      {possibleActions(sweep).map((action) =>
        action === 'cancel' || action === 'kill' ? (
          <AskButton
            key={action}
            label={words[action]}
            question={action === 'cancel' ? 'Cancel this sweep?' : 'Kill its workers?'}
            yes={words[action]}
            act={() => post(`sweeps/${sweep.id}/${action}`, {})}
          >
            <p>{ASK_WORDS[action]}</p>
          </AskButton>
        ) : (
          <PostButton key={action} path={`sweeps/${sweep.id}/${action}`}>
            {words[action]}
          </PostButton>
        ),
      )}
      {sweep.cancelling && <span class="quiet small">Stopping at the next checkpoint …</span>}
    </div>
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
      <div class="scroll" tabIndex={0}>
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
