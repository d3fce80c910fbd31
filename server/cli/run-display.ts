import type { RunnerEvent, SweepSummary } from '../runner/events.ts';
import { printable } from '../sweep/printable.ts';
import { STALE_MS } from '../store/database/lease.ts';
import { toDuration } from './duration.ts';
import { makeLiveBlock } from './live-block.ts';
import { toMoment } from './moment.ts';
import type { Output } from './output.ts';
import { resultText } from './result-text.ts';
import { toProgressLines } from './progress-lines.ts';
import { follow, toView, type ProgressState } from './progress-state.ts';

/** Shows what the runner tells: drawn on a terminal, elsewhere one line per finished run. */
export interface RunDisplay {
  tell(event: RunnerEvent): void;
  say(text: string): void;
  end(): void;
}

/** In ms: several times a second is as often as an eye can read. */
const DRAW_EVERY = 200;

export function makeRunDisplay(output: Output): RunDisplay {
  let state: ProgressState | null = null;
  const block = makeLiveBlock(output);
  const draw = () => block.update(state === null ? [] : toProgressLines(toView(state), output));
  const say = (text: string) => {
    if (!output.live) return output.say(text);
    block.say(text);
    draw();
  };
  const timer = output.live ? setInterval(draw, DRAW_EVERY) : null;
  return {
    tell(event) {
      state = follow(state, event);
      const line = toLine(event, state);
      if (line !== null) say(printable(line));
    },
    say,
    end() {
      if (timer === null) return;
      clearInterval(timer);
      block.end();
    },
  };
}

/** The lasting line that an event leaves; null for an event that only reports progress. */
function toLine(event: RunnerEvent, state: ProgressState | null): string | null {
  switch (event.kind) {
    case 'waiting':
      return toWaitingLine(event);
    case 'log':
      return event.message;
    case 'sweep':
      return (
        `${event.sweep} ${event.name}: ${event.runs} runs, ${event.left} to train, ` +
        `on ${event.engine}${event.left === 0 ? '' : ` ${withWorkers(event.workers)}`}`
      );
    case 'run': {
      const place = state === null ? '' : `  (${state.runsDone} of ${state.runs})`;
      const outcome = event.state === 'waiting' ? 'stopped' : event.state;
      const reason = event.error === null ? '' : `: ${event.error}`;
      const run = `${event.run} ${event.arm}, seed ${event.seed}`;
      const result = event.result === null ? '' : `, ${resultText(event.result)}`;
      return `${run}: ${outcome}${reason}${result}, ${toDuration(event.seconds)}${place}`;
    }
    case 'sweepEnd':
      return toSummaryLine(event.summary);
    default:
      return null;
  }
}

function toWaitingLine({ holder: { pid, host, command, heartbeatAt }, answers }: RunnerEvent & { kind: 'waiting' }) {
  const process = `Process ${pid} on ${host} trains on this database (${command})`;
  return answers
    ? `${process}; this sweep is queued`
    : `${process}, but its last sign of life is of ${toMoment(heartbeatAt)}; if it gives none for ` +
        `${STALE_MS / 1000} seconds from now, this process takes over`;
}

function toSummaryLine({ sweepId, name, state, runs, seconds, batchesTrained, batchesUnshared }: SweepSummary): string {
  const counts = [
    `${runs.complete} complete`,
    ...(['failed', 'diverged', 'reused'] as const)
      .filter((each) => runs[each] > 0)
      .map((each) => `${runs[each]} ${each}`),
  ];
  const compared = state === 'complete' ? `, where each run by itself takes ${batchesUnshared}` : '';
  const next = state === 'interrupted' ? `; continue it with: cosweep run ${sweepId}` : '';
  const effort = `${batchesTrained} batches in ${toDuration(seconds)}`;
  return `${sweepId} ${name}: ${state}, ${counts.join(', ')}; ${effort}${compared}${next}`;
}

/** @param workers 0 where those of other machines are still to come */
function withWorkers(workers: number): string {
  if (workers === 0) return 'with the workers that join';
  return `with ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
}
