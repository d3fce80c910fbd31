import { useState } from 'preact/hooks';
import type { RunRow } from '../../server/http/schemas/run.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { formatAmount } from '../format/number.ts';
import { MarkRuns } from '../parts/mark-runs.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { RunDiffTable } from '../parts/run-diff-table.tsx';
import { isTrainable } from './is-trainable.ts';

interface RunsSelectionProps {
  sweep: SweepDetail;
  /** The chosen runs, as far as they are on the screen. */
  runs: readonly RunRow[];
  onClear: () => void;
}

/** What can be done with the runs that are ticked: compare two, tag and star all, train failed ones again. */
export function RunsSelection({ sweep, runs, onClear }: RunsSelectionProps) {
  const [compared, setCompared] = useState<[string, string] | null>(null);
  const failed = runs.filter(({ state }) => state === 'failed').map(({ id }) => id);
  const [first, second] = runs;
  const canDiffer = runs.length === 2;
  const isCompared = compared !== null && canDiffer && compared[0] === first!.id && compared[1] === second!.id;
  return (
    <section class="selection" aria-label="Chosen runs">
      <div class="actions">
        <span role="status">{formatAmount(runs.length, 'run')} chosen</span>
        <button
          type="button"
          disabled={!canDiffer}
          title={canDiffer ? '' : 'Choose two runs'}
          onClick={() => setCompared(isCompared ? null : [first!.id, second!.id])}
        >
          {isCompared ? 'Hide the difference' : 'Difference of two'}
        </button>
        <MarkRuns runs={runs} />
        {failed.length > 0 && isTrainable(sweep) && (
          <PostButton path={`sweeps/${sweep.id}/retry`} body={{ runs: failed }}>
            Retry {formatAmount(failed.length, 'failed run')}
          </PostButton>
        )}
        <button type="button" class="plain" onClick={onClear}>
          Choose none
        </button>
      </div>
      {isCompared && <RunDiffTable first={compared[0]} second={compared[1]} />}
    </section>
  );
}
