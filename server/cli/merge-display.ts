import type { MergeProgress } from '../store/merging/steps.ts';
import { toDuration } from './duration.ts';
import { makeLiveBlock } from './live-block.ts';
import type { Output } from './output.ts';

/** Shows how far a merge is: drawn over on a terminal, elsewhere a line now and then. */
export interface MergeDisplay {
  progress(progress: MergeProgress): void;
  say(message: string): void;
  end(): void;
}

/** Milliseconds between two lines: on a terminal, and elsewhere. */
const DRAWN_EVERY = 200;
const SAID_EVERY = 10_000;

export function mergeDisplay(output: Output, now: () => number = () => performance.now()): MergeDisplay {
  const block = output.live ? makeLiveBlock(output) : null;
  const every = block ? DRAWN_EVERY : SAID_EVERY;
  let [file, started, last] = ['', now(), now()];
  return {
    progress(progress) {
      if (progress.file !== file) [file, started] = [progress.file, now()];
      if (now() - last < every) return;
      last = now();
      const line = toLine(progress, (last - started) / 1000);
      if (block) block.update([line]);
      else output.say(line);
    },
    say: (message) => (block ? block.say(message) : output.say(message)),
    end: () => block?.end(),
  };
}

function toLine({ file, batches, of, rows }: MergeProgress, seconds: number): string {
  const share = of === 0 ? 1 : batches / of;
  const left = share === 0 ? '' : `, ${toDuration((seconds / share) * (1 - share))} left`;
  const pace = seconds === 0 ? '' : `, ${Math.round(rows / seconds).toLocaleString('en-US')} rows a second`;
  return `${file}: ${Math.floor(100 * share)} %${pace}${left}`;
}
