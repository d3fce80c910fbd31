import type { RunState, SweepState } from '../../server/sweep/results.ts';

/** A state as a word with a mark of its own shape, so that it does not depend on colour. */
export function StateBadge({ state }: { state: RunState | SweepState | 'cancelling' }) {
  return (
    <span class={`badge badge-${state}`}>
      <span class="badge-mark" aria-hidden="true">
        {MARKS[state]}
      </span>
      {state}
    </span>
  );
}

const MARKS: Record<RunState | SweepState | 'cancelling', string> = {
  waiting: '○',
  queued: '○',
  running: '◐',
  complete: '●',
  failed: '✕',
  diverged: '△',
  cancelled: '–',
  interrupted: '‖',
  cancelling: '–',
};
