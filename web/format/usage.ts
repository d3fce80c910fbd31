import type { Usage } from '../../server/sweep/results.ts';
import { formatBytes, formatEnergy, formatPercent } from './number.ts';
import { formatDuration } from './time.ts';

/** What training used, one line each; what was not measured is left out. */
export function usageLines(usage: Usage | null): [string, string][] {
  if (usage === null) return [];
  const { processor, gpu, energy } = usage;
  return [
    ...(processor === null
      ? []
      : [
          sum('Processor time', formatDuration(processor.seconds), processor),
          ['Peak memory', formatBytes(processor.peakMemory)] as [string, string],
        ]),
    ...(gpu === null || gpu.use === null
      ? []
      : [sum('GPU', `${formatPercent(gpu.use, 0)} on average, ${formatPercent(gpu.peakUse, 0)} at most`, gpu)]),
    ...(gpu === null || gpu.peakMemory === null
      ? []
      : [['GPU memory', formatBytes(gpu.peakMemory)] as [string, string]]),
    ...(energy === null ? [] : [sum('Energy of the card', `${formatEnergy(energy.joules)} by nvidia-smi`, energy)]),
  ];
}

/** From this share on something counts as measured all the time. */
const whole = 0.95;

/** What adds up is less where it was not measured all the time. */
function sum(name: string, text: string, { share }: { share: number }): [string, string] {
  return [name, share >= whole ? text : `${text} (measured ${formatPercent(share, 0)} of the time)`];
}
