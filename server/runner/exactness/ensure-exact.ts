import { join } from 'node:path';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import { noteInexact } from '../../store/training/note-inexact.ts';
import { isProgram } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import { patiently } from '../patiently.ts';
import { removeFolders } from '../programs/leftovers.ts';
import { programFolder } from '../programs/program-files.ts';
import type { SweepOptions } from '../run-options.ts';
import type { Crew } from '../workers/hire-crew.ts';
import { armsToCheck, checkProgram, type Subject } from './check-program.ts';
import { foreignModules } from './foreign-modules.ts';
import { keepVerdict, readVerdict, verdictKey } from './kept-verdicts.ts';
import { describeDifference, type Verdict } from './verdict.ts';

type Options = Pick<SweepOptions, 'storage' | 'lease' | 'sweepId' | 'tell'>;

interface Begun {
  sweep: SweepRecord;
  crew: Pick<Crew, 'engine' | 'hire' | 'seats'>;
  dataFingerprint: string;
  /** Whether nothing is left to train: then nothing is checked, and what is known is noted. */
  isDone: boolean;
  ended: AbortSignal;
}

/**
 * Sees to it that a program whose runs are to share stages continues them exactly. It is checked before it trains for
 * the first time, and what was found is kept. It is noted with the sweep where runs share stages all the same.
 *
 * @throws {UserError} where the program is broken, or is not exact and its definition does not say so
 */
export async function ensureExact(options: Options, begun: Begun): Promise<void> {
  const { sweep, crew, dataFingerprint, isDone, ended } = begun;
  const { training } = sweep.armList[0]!;
  if (!isProgram(training)) return;
  const { fork, exact } = training.program;
  const arms = fork && sweep.share ? armsToCheck(sweep.armList) : [];
  let inexact: string | null = null;
  for (const arm of arms) {
    const subject = { engine: crew.engine, arm, seed: sweep.plan.seeds[0]!, metric: sweep.metric.name };
    const key = verdictKey(subject, dataFingerprint);
    const kept = readVerdict(key);
    const verdict = kept ?? (isDone ? null : await check(subject, options, begun));
    if (verdict === null) return;
    if (kept === null) keepVerdict(key, verdict);
    if (!isDone) refuse(verdict, sweep, exact);
    if (verdict.kind === 'inexact') inexact ??= inWords(verdict);
  }
  await note(options, inexact, ended);
}

/** In the folder of the stages, which has nothing else in it before anything is trained. */
async function check(subject: Subject, options: Options, { sweep, crew, ended }: Begun): Promise<Verdict | null> {
  const tell = (message: string): void => options.tell({ kind: 'log', message });
  const programs = programsFolderOf(options.storage);
  const stages = join(programs, 'stages');
  const copy = programFolder(programs, crew.engine);
  tell(
    `${sweep.id} ${sweep.name}: checking whether what its program trains after a fork is exact, by ${subject.arm.name}`,
  );
  try {
    const verdict = await checkProgram(subject, {
      hire: crew.hire,
      seats: crew.seats,
      folder: join(stages, 'check'),
      foreignModules: (modules) => foreignModules(modules, sweep.folder, copy),
      ended,
      tell: () => {},
    });
    if (verdict === null) return null;
    if (verdict.kind === 'exact') tell(`${sweep.id} ${sweep.name}: ${exactInWords(verdict)}`);
    for (const warning of verdict.warnings) tell(`${sweep.id} ${sweep.name}: of its program, ${warning}`);
    return verdict;
  } finally {
    await removeFolders(stages, (name) => /^check\b/.test(name));
  }
}

function exactInWords({ to, fork, seconds }: Verdict): string {
  return `its program is exact: ${to} batches give the same bits after a fork at ${fork} (${seconds.toFixed(1)} s)`;
}

function refuse(verdict: Verdict, { id, name }: SweepRecord, wantsExact: boolean): void {
  const cannot = `Cannot train ${id} ${name}`;
  if (verdict.kind === 'broken')
    throw new UserError(`${cannot}: its program cannot be continued. The check found: ${verdict.found}`);
  if (verdict.kind === 'exact' || !wantsExact) return;
  throw new UserError(
    [
      `${cannot} with shared stages: its program is not exact. Found ${inWords(verdict)}. Likely causes:`,
      ...verdict.causes.map((cause) => `- ${cause}`),
      'Wanted: a program with the same bits either way (`cosweep engine check` looks again); or "exact": false in ' +
        'training.program, which shares stages all the same, and tables say so; or --no-share, which trains each run ' +
        'on its own.',
    ].join('\n'),
  );
}

function inWords({ difference, fork }: Verdict & { kind: 'inexact' }): string {
  return describeDifference(difference, fork);
}

async function note({ storage, lease, sweepId }: Options, found: string | null, ended: AbortSignal): Promise<void> {
  await patiently({ storage, giveUp: ended }, () => noteInexact(storage, lease, sweepId, found));
}
