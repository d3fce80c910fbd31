import type { Corrected } from './family.ts';

/** What a table corrects its p-values for the number of rows by; `none`: nothing. */
export const CORRECTIONS = ['maxT', 'holm', 'none'] as const;
export type Correction = (typeof CORRECTIONS)[number];

/** The p that a table shows, and that its marks go by; null where the row is not tested. */
export function shownP(p: Corrected, correction: Correction): number | null {
  return { maxT: p.pMaxT, holm: p.pHolm, none: p.p }[correction];
}

/** The heading of the column. */
export const P_TITLES: Record<Correction, string> = { maxT: 'p (max-T)', holm: 'p (Holm)', none: 'p (uncorrected)' };
