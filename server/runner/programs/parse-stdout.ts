import { printedMetric } from '../../sweep/printed-metric.ts';

/** A number as programs print it. */
const NUMBER = String.raw`[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf(?:inity)?)`;
const PAIR = new RegExp(String.raw`(?:^|[\s,;|(\[{])([A-Za-z_][\w./+-]*)\s*[=:]\s*(${NUMBER})(?=$|[\s,;|)\]}%])`, 'gi');

const STEPS = new Set(['batch', 'step', 'iteration', 'iter']);

/** A line of a program that prints its metrics, in the words of the protocol. */
export interface Printed {
  /** In batches. */
  batch: number;
  /** Whether it says so by its epoch, which has ended by then. */
  isEpoch: boolean;
  metrics: Record<string, number>;
}

/**
 * Reads `epoch=3 loss=0.41 val_acc=0.97` and the like; null for any other line. A name is that of a metric where
 * `names` says so; else `val_` or `test_` before it says which part it is of, and a name without is of training.
 *
 * @param names names as they are printed → names of metrics
 * @param batchesPerEpoch what an epoch counts; null where it is not known
 */
export function parsePrinted(
  line: string,
  names: Readonly<Record<string, string>>,
  batchesPerEpoch: number | null,
): Printed | null {
  const pairs = [...line.matchAll(PAIR)].map(([, name, value]) => [name!, toNumber(value!)] as const);
  let step: number | null = null;
  let epoch: number | null = null;
  const metrics: Record<string, number> = {};
  for (const [name, value] of pairs) {
    if (STEPS.has(name.toLowerCase())) step = value;
    else if (name.toLowerCase() === 'epoch') epoch = value;
    else metrics[printedMetric(name, names)] = value;
  }
  const ofEpoch = epoch === null || batchesPerEpoch === null ? null : Math.round(epoch * batchesPerEpoch);
  const batch = step ?? ofEpoch;
  return batch === null || Object.keys(metrics).length === 0 ? null : { batch, isEpoch: step === null, metrics };
}

function toNumber(text: string): number {
  const word = text.toLowerCase().replace(/^\+/, '');
  if (word === 'nan') return NaN;
  return /^-?inf/.test(word) ? (word.startsWith('-') ? -Infinity : Infinity) : Number(word);
}
