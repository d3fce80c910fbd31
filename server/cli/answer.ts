import { printable } from '../sweep/printable.ts';
import { toDuration } from '../report/number-format.ts';
import type { NextStep, Verdict } from '../report/verdict/verdict.ts';
import type { SweepRecord } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';

/** The answer of a sweep; null for one that confirms an arm of another, which is answered there. */
export async function answerOf(storage: Storage, sweep: SweepRecord, smallestEffect?: number): Promise<Verdict | null> {
  const { readConfirmed } = await import('../http/answers/confirmation.ts');
  const { readVerdict } = await import('../http/answers/verdict.ts');
  return readConfirmed(storage, sweep) === null ? readVerdict(storage, sweep, { smallestEffect }) : null;
}

/** The sentence, and the next step with its price and its command. */
export function answerText({ sentence, next }: Verdict, sweep: string): string {
  const price = next.seconds === null ? '' : `, about ${toDuration(next.seconds)} of training`;
  const command = commandOf(next, sweep);
  const step = `Next: ${next.text}${price}${command === null ? '' : `: ${command}`}`;
  return `${printable(sentence)}\n${printable(step)}`;
}

function commandOf({ action, arm, seeds, again }: NextStep, sweep: string): string | null {
  switch (action) {
    case 'train':
      return `cosweep run ${sweep}`;
    case 'retry':
      return `cosweep retry ${sweep}`;
    case 'confirm':
      return `cosweep confirm ${sweep} --arm ${arm} --seeds ${seeds}${again ? ' --again' : ''}`;
    case 'extend':
      return `cosweep extend ${sweep} --seeds ${seeds}`;
    case 'promote':
      return `cosweep promote ${sweep} --seeds ${seeds}`;
    case 'report':
      return `cosweep export ${sweep}`;
    default:
      return null;
  }
}
