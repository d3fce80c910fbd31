import { join } from 'node:path';
import { removeFolders } from '../programs/leftovers.ts';
import type { Subject } from '../programs/subject.ts';
import type { Trainer } from '../workers/trainer.ts';
import { checkProgram } from './check-program.ts';
import { foreignModules } from './foreign-modules.ts';
import { keepVerdict, readVerdict, verdictKey } from './kept-verdicts.ts';
import { describeDifference, type Verdict } from './verdict.ts';

/** A program on this machine. */
export interface ProgramHere {
  /** Starts a trainer in a seat. */
  hire: (seat: number) => Trainer;
  /** How many programs may be at work at the same time. */
  seats: number;
  /** The copy of its files. */
  copy: string;
  /** The folder of its definition. */
  folder: string;
  /** Where the folders of its stages are made; nothing else is in there yet. */
  stages: string;
  dataFingerprint: string;
}

interface Means {
  /** Its sweep, in words. */
  sweep: string;
  /** Aborted: the check is given up. */
  ended: AbortSignal;
  say: (sentence: string) => void;
}

/** What is known of a program on this machine. */
export interface Judged {
  /** Why runs that share stages cannot be trained by it, beginning with "its program"; null where they can. */
  against: string | null;
  /** How it is not exact; null where it is, or where nothing was to be checked. */
  inexact: string | null;
  /** Those that are known to be exact. */
  exact: Subject[];
}

/**
 * Whether the forks of a program are exact on this machine: what is known of it, or what checks find, which is kept.
 *
 * @param subjects by which it is checked, one after the other
 * @param isKnownOnly nothing is checked
 * @returns null where it was ended, or not all is known
 */
export async function judgeHere(
  subjects: readonly Subject[],
  here: ProgramHere,
  means: Means & { isKnownOnly: boolean },
): Promise<Judged | null> {
  let inexact: string | null = null;
  const exact: Subject[] = [];
  for (const subject of subjects) {
    const verdict = await verdictOn(subject, here, means);
    if (verdict === null) return null;
    inexact ??= inexactInWords(verdict);
    if (verdict.kind === 'exact') exact.push(subject);
    const against = reasonAgainst(verdict, subject.arm.training.program.exact);
    // Where one of several structures cannot be trained, its runs fail, and the others are trained all the same.
    if (verdict.kind === 'broken' && subject !== subjects[0])
      means.say(`${means.sweep}: of ${subject.arm.name}, ${against}`);
    else if (against !== null) return { against, inexact, exact };
  }
  return { against: null, inexact, exact };
}

async function verdictOn(
  subject: Subject,
  here: ProgramHere,
  { isKnownOnly, ...means }: Means & { isKnownOnly: boolean },
): Promise<Verdict | null> {
  const key = verdictKey(subject, here.dataFingerprint);
  const kept = readVerdict(key);
  if (kept !== null || isKnownOnly) return kept;
  const found = await check(subject, here, means);
  if (found !== null) keepVerdict(key, found);
  return found;
}

async function check(subject: Subject, here: ProgramHere, { sweep, ended, say }: Means): Promise<Verdict | null> {
  const { hire, seats, copy, folder, stages } = here;
  say(`${sweep}: checking whether what its program trains after a fork is exact, by ${subject.arm.name}`);
  try {
    const verdict = await checkProgram(subject, {
      hire,
      seats,
      folder: join(stages, 'check'),
      foreignModules: (modules) => foreignModules(modules, folder, copy),
      ended,
      tell: () => {},
    });
    if (verdict === null) return null;
    if (verdict.kind === 'exact') say(`${sweep}: ${exactInWords(verdict)}`);
    for (const warning of verdict.warnings) say(`${sweep}: of its program, ${warning}`);
    return verdict;
  } finally {
    await removeFolders(stages, (name) => /^check\b/.test(name));
  }
}

function exactInWords({ to, fork, seconds }: Verdict): string {
  return `its program is exact: ${to} batches give the same bits after a fork at ${fork} (${seconds.toFixed(1)} s)`;
}

/** @param wantsExact its definition does not say that it is inexact */
function reasonAgainst(verdict: Verdict, wantsExact: boolean): string | null {
  if (verdict.kind === 'broken') return `its program cannot be continued. The check found: ${verdict.found}`;
  const found = inexactInWords(verdict);
  if (found === null || !wantsExact) return null;
  return [
    `its program is not exact. Found ${found}. Likely causes:`,
    ...(verdict as Verdict & { kind: 'inexact' }).causes.map((cause) => `- ${cause}`),
    'Wanted: a program with the same bits either way (`cosweep engine check` looks again); or "exact": false in ' +
      'training.program, which shares stages all the same, and tables say so; or --no-share, which trains each run ' +
      'on its own.',
  ].join('\n');
}

function inexactInWords(verdict: Verdict): string | null {
  return verdict.kind === 'inexact' ? describeDifference(verdict.difference, verdict.fork) : null;
}
