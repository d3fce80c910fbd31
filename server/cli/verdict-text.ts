import { describeDifference, type Verdict } from '../runner/exactness/verdict.ts';
import { printable } from '../sweep/printable.ts';

/** What the check of a program has found, with aligned lines. */
export function verdictText(verdict: Verdict): string {
  const { engine, kind, arm, seed, fork, to, device, versions, seconds, warnings } = verdict;
  const made = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines: [string, string][] = [
    ['checked', `batches 0 to ${to} of ${arm}, seed ${seed}, in ${seconds.toFixed(1)} s`],
    ['fork', `at batch ${fork}, after a trunk; once more; asked to stop; killed and continued`],
    ...(device === null ? [] : [['on', [device, ...made].join(', ')] as [string, string]]),
    ...found(verdict),
    ...warnings.map((warning): [string, string] => ['warning', warning]),
  ];
  return [`${engine} is ${kind}`, ...lines.flatMap(toLines)].join('\n');
}

function found(verdict: Verdict): [string, string][] {
  if (verdict.kind === 'exact') return [['found', 'the same bits in every metric and in the state']];
  if (verdict.kind === 'broken') return [['found', verdict.found]];
  const { difference, fork, causes } = verdict;
  return [
    ['found', describeDifference(difference, fork)],
    ...causes.map((cause, i): [string, string] => [i === 0 ? 'likely' : '', cause]),
  ];
}

const WIDTH = 'warning'.length;

/** Further lines of a text, such as a program's last words, stand below its first one. */
function toLines([name, text]: [string, string]): string[] {
  return text.split('\n').map((line, i) => `  ${(i === 0 ? name : '').padEnd(WIDTH)}  ${printable(line)}`);
}
