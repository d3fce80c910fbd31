import type { RunCounts } from '../../server/http/schemas/sweep.ts';
import type { RunState } from '../../server/sweep/results.ts';
import { formatCount } from '../format/number.ts';

const ORDER: RunState[] = ['complete', 'running', 'diverged', 'failed', 'cancelled', 'waiting'];

/** Runs by state as one bar. */
export function CountsBar({ counts }: { counts: RunCounts }) {
  const total = ORDER.reduce((sum, state) => sum + counts[state], 0);
  const words = ORDER.filter((state) => counts[state] > 0)
    .map((state) => `${formatCount(counts[state])} ${state}`)
    .join(', ');
  return (
    <div class="bar" role="img" aria-label={total === 0 ? 'no runs' : `runs: ${words}`} title={words}>
      {ORDER.map(
        (state) =>
          counts[state] > 0 && <span key={state} class={`bar-part bar-${state}`} style={{ flexGrow: counts[state] }} />,
      )}
    </div>
  );
}

/** The same counts in words, the states that matter first. */
export function CountsWords({ counts }: { counts: RunCounts }) {
  const total = ORDER.reduce((sum, state) => sum + counts[state], 0);
  const others = ORDER.filter((state) => state !== 'complete' && state !== 'waiting' && counts[state] > 0);
  return (
    <span class="numbers">
      {formatCount(counts.complete)} of {formatCount(total)} complete
      {others.map((state) => (
        <span key={state} class={`count-${state}`}>
          , {formatCount(counts[state])} {state}
        </span>
      ))}
    </span>
  );
}

export function ProgressBar({ done, total, label }: { done: number; total: number; label: string }) {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  return (
    <div
      class="bar bar-large"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
    >
      <span class="bar-part bar-complete" style={{ width: `${share * 100}%` }} />
    </div>
  );
}
