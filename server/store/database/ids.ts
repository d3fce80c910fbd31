/** Sweeps and runs are integers inside and `s3`, `r41` everywhere else. */

export const sweepName = (id: number): string => `s${id}`;
export const runName = (id: number): string => `r${id}`;
export const stageName = (id: number): string => `g${id}`;

/** The number in `s3`; null for anything else. */
export const parseSweepId = (text: string): number | null => parse('s', text);

/** The number in `r41`; null for anything else. */
export const parseRunId = (text: string): number | null => parse('r', text);

function parse(letter: string, text: string): number | null {
  const match = /^([a-z])([1-9][0-9]{0,14})$/.exec(text);
  return match && match[1] === letter ? Number(match[2]) : null;
}
