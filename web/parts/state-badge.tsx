import type { RunState, SweepState } from '../../server/sweep/results.ts';

interface StateBadgeProps {
  state: RunState | SweepState | 'cancelling';
  /** What is said of it; default: the state itself. */
  words?: string;
}

/** A state as a word with a mark of its own shape, so that it does not depend on colour. */
export function StateBadge({ state, words = state }: StateBadgeProps) {
  return (
    <span class={`badge badge-${state}`}>
      <span class="badge-mark" aria-hidden="true">
        {MARKS[state]}
      </span>
      {words}
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
