import { useMemo } from 'preact/hooks';
import type { StageRow } from '../../server/http/schemas/stage.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { Facts } from '../parts/facts.tsx';
import { ProgressBar } from '../parts/progress.tsx';
import { countSavings } from '../series/stage-savings.ts';
import { countBatches } from '../series/stage-tree.ts';
import { savedShare } from '../series/stage-words.ts';

export function StagesSaved({ stages }: { stages: StageRow[] }) {
  const totals = useMemo(() => countBatches(stages), [stages]);
  const savings = useMemo(() => countSavings(stages), [stages]);
  const saved = savedShare(totals);
  return (
    <section class="card saved">
      <h2>Saved by sharing</h2>
      <p class="big numbers">
        {saved === null ? 'Nothing is shared' : saved}
        {saved !== null && (
          <span class="quiet">
            {' '}
            of the batches{savings.seconds > 0 && `, ${formatDuration(savings.seconds)} so far`}
          </span>
        )}
      </p>
      <ProgressBar done={totals.trained} total={totals.batches} label="Batches of the tree trained" />
      <p class="small numbers">
        {formatCount(totals.trained)} of {formatCount(totals.batches)} batches trained; without sharing it would be{' '}
        {formatCount(totals.unshared)}.
      </p>
      {saved !== null && (
        <Facts
          facts={[
            ['Stages', `${formatCount(savings.shared)} of several runs, ${formatCount(savings.single)} of one`],
            ['Saved before the phase', formatAmount(savings.trunkBatches, 'batch', 'batches')],
            ['Saved until ε separates', formatAmount(savings.epsilonBatches, 'batch', 'batches')],
            ['Saved while L2 ≤ ε', formatAmount(savings.takenBatches, 'batch', 'batches')],
          ]}
        />
      )}
      {totals.mayGrow && (
        <p class="small quiet">The tree grows where ε separates runs that are still one computation.</p>
      )}
    </section>
  );
}
