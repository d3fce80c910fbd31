import { posix } from 'node:path';
import { type Findings, isObject } from './findings.ts';
import { OF_TRAINING, pick } from './own-keys.ts';
import type { Parameter } from './parameters.ts';

/** The length of a run, and every parameter with a value that it may have. */
export function toTraining(parameters: readonly Parameter[], own: Record<string, unknown>, findings: Findings): object {
  const length = pick(own, OF_TRAINING);
  const names = parameters.map(({ name }) => name);
  for (const name of names) {
    if (name === 'program')
      findings.add(['parameters', name], 'found program, wanted another name: it names the script');
    if (name in length)
      findings.add(['cosweep', name], `found ${name} beside the parameter ${name}, wanted one of them`);
  }
  const hasEpochs = names.includes('epochs') || 'epochs' in length;
  if (!hasEpochs && !names.includes('batches') && !('batches' in length))
    findings.add(
      ['cosweep'],
      'found neither epochs nor batches, wanted one of them, or a parameter of this name: ' +
        'how long a run is, in what the script prints as epoch or as step',
    );
  // Where nothing else is said, an epoch is what is counted.
  const usual = hasEpochs && !('batchesPerEpoch' in length) && !names.includes('batchesPerEpoch');
  const training: Record<string, unknown> = { ...length, ...(usual ? { batchesPerEpoch: 1 } : {}) };
  for (const { name, first } of parameters) assign(training, name.split('.'), first);
  return training;
}

function assign(target: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[key!] = value;
  else assign((target[key!] = isObject(target[key!]) ? target[key!] : {}) as Record<string, unknown>, rest, value);
}

/** The script with what stands beside it, of which a copy is run. */
export function filesOf(program: unknown): string[] {
  if (typeof program !== 'string') return [];
  const extension = posix.extname(program);
  const folder = posix.dirname(program);
  return extension === '' ? [program] : [...new Set([posix.join(folder, `*${extension}`), `*${extension}`])];
}
