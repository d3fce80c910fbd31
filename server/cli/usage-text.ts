import { toBytes, toEnergy } from '../report/number-format.ts';
import { WHOLE } from '../report/table/usage-note.ts';
import type { Usage } from '../sweep/results.ts';
import { toDuration } from './duration.ts';

/** What training a run used, in words; only what was measured. */
export function usageFacts(usage: Usage | null): [string, string][] {
  if (usage === null) return [];
  const { processor, gpu, energy } = usage;
  return [
    ...(processor === null ? [] : [fact('processor', processorText(processor), processor)]),
    ...(gpu === null ? [] : [fact('GPU', gpuText(gpu), gpu.use === null ? ALWAYS : gpu)]),
    ...(energy === null ? [] : [fact('energy', `${toEnergy(energy.joules)} by nvidia-smi, of the whole card`, energy)]),
  ];
}

/** For peaks, which are peaks of what was seen. */
const ALWAYS = { share: 1 };

function fact(name: string, text: string, { share }: { share: number }): [string, string] {
  return [name, share >= WHOLE ? text : `${text} (measured ${Math.round(100 * share)} % of the time)`];
}

function processorText({ seconds, peakMemory }: NonNullable<Usage['processor']>): string {
  return `${toDuration(seconds)}, at most ${toBytes(peakMemory)} of memory`;
}

function gpuText({ use, peakUse, peakMemory }: NonNullable<Usage['gpu']>): string {
  const used = use === null ? [] : [`${percent(use)} on average, ${percent(peakUse!)} at most`];
  const held = peakMemory === null ? [] : [`at most ${toBytes(peakMemory)} in use on the card`];
  return [...used, ...held].join('; ');
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
