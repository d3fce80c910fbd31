import { useState } from 'preact/hooks';
import type { AttemptList, LoggedAttempt } from '../../server/http/schemas/log.ts';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { aboutRun, useResource } from '../data/use-resource.ts';
import { formatCount } from '../format/number.ts';
import { Loaded } from '../parts/loaded.tsx';
import { LogView } from '../parts/log-view.tsx';

/** What was logged of a run's training. Of a failed run it is what its reader came for. */
export function RunLog({ run }: { run: RunDetail }) {
  const [open, setOpen] = useState(run.state === 'failed');
  return (
    <section class="card wide">
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <strong>Log</strong>
        </summary>
        {open && <Attempts run={run} />}
      </details>
    </section>
  );
}

function Attempts({ run }: { run: RunDetail }) {
  const logs = useResource<AttemptList>(`runs/${run.id}/logs`, aboutRun(run.id));
  return (
    <Loaded resource={logs} what="the logs">
      {({ attempts }) =>
        attempts.length === 0 ? (
          <p class="quiet">There is no log: it is not trained yet, or was trained by an earlier version.</p>
        ) : (
          <>
            {attempts.toReversed().map((attempt, place) => (
              <Attempt key={nameOf(attempt)} run={run.id} attempt={attempt} isNewest={place === 0} />
            ))}
          </>
        )
      }
    </Loaded>
  );
}

interface AttemptProps {
  run: string;
  attempt: LoggedAttempt;
  isNewest: boolean;
}

function Attempt({ run, attempt, isNewest }: AttemptProps) {
  const [open, setOpen] = useState(isNewest);
  const { stage, attempt: number, from, to, bytes, writing } = attempt;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Stage {stage}, attempt {number}
        {from !== null && to !== null && `, batches ${formatCount(from)} to ${formatCount(to)}`}
        {writing && ', being trained'}
      </summary>
      {open && (
        <LogView
          path={`runs/${run}/logs/${stage}/${number}`}
          bytes={bytes}
          writing={writing}
          fileName={`${run}-${nameOf(attempt)}.log`}
        />
      )}
    </details>
  );
}

function nameOf({ stage, attempt }: LoggedAttempt): string {
  return `${stage}-${attempt}`;
}
