import type { FailureList } from '../../server/http/schemas/failures.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';
import { PostButton } from '../parts/post-button.tsx';
import { choose } from '../routing/location.ts';
import { NO_SHORT_CHOICES } from '../series/filter-words.ts';
import { isTrainable } from './is-trainable.ts';

type Group = FailureList['groups'][number];

/** What failed and diverged, before the runs themselves: by cause, with the setting that most of these runs have. */
export function RunsFailures({ sweep }: { sweep: SweepDetail }) {
  const { failed, diverged } = sweep.counts;
  const failures = useResource<FailureList>(
    failed + diverged > 0 ? `sweeps/${sweep.id}/failures` : null,
    aboutSweep(sweep.id),
  );
  if (failed + diverged === 0 || failures.value === null) return null;
  return (
    <section class="card" aria-label="Failures and divergences">
      <h2>
        {[failed > 0 ? `${formatCount(failed)} failed` : '', diverged > 0 ? `${formatCount(diverged)} diverged` : '']
          .filter((part) => part !== '')
          .join(', ')}
      </h2>
      <ul class="failure-groups">
        {failures.value.groups.map((group, place) => (
          <Failure key={place} sweep={sweep} group={group} />
        ))}
      </ul>
    </section>
  );
}

function Failure({ sweep, group }: { sweep: SweepDetail; group: Group }) {
  const { state, cause, runs, from, to, setting } = group;
  const trainable = isTrainable(sweep);
  return (
    <li>
      <p>
        <strong>
          {formatAmount(runs.length, 'run')} {state}
        </strong>{' '}
        {from === to ? `at batch ${formatCount(from)}` : `at batches ${formatCount(from)} to ${formatCount(to)}`}
        {setting !== null && (
          <>
            , mostly {parameterLabel(setting.name)} = {formatParameter(setting.value)} (
            {`${setting.bad} of ${setting.all} runs with it`})
          </>
        )}
      </p>
      <p class="reason small">{cause}</p>
      <p class="actions">
        <button type="button" onClick={() => choose({ ...NO_SHORT_CHOICES, filter: filterOfGroup(group) })}>
          Show these runs
        </button>{' '}
        {state === 'failed' && trainable && (
          <PostButton path={`sweeps/${sweep.id}/retry`} body={{ runs: runs.slice(0, MOST_RETRIED) }}>
            Retry {runs.length === 1 ? 'it' : `these ${formatCount(Math.min(runs.length, MOST_RETRIED))}`}
          </PostButton>
        )}
      </p>
    </li>
  );
}

/** So many runs one request may name. */
const MOST_RETRIED = 1000;

/** A few runs are named; of many, the state and the setting say nearly the same in fewer words. */
function filterOfGroup({ state, runs, setting }: Group): string {
  if (runs.length <= 10) return runs.map((run) => `run = "${run}"`).join(' or ');
  if (setting === null) return state;
  const value = typeof setting.value === 'number' ? String(setting.value) : `"${String(setting.value)}"`;
  return `${state} and ${setting.name} = ${value}`;
}
