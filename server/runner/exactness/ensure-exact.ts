import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import { noteInexact } from '../../store/training/note-inexact.ts';
import { UserError } from '../../sweep/user-error.ts';
import { patiently } from '../patiently.ts';
import { programFolder, stagesFolder } from '../programs/program-files.ts';
import type { Subject } from '../programs/subject.ts';
import type { SweepOptions } from '../run-options.ts';
import type { Crew } from '../workers/hire-crew.ts';
import { judgeHere } from './verdict-here.ts';

type Options = Pick<SweepOptions, 'storage' | 'lease' | 'sweepId' | 'fresh' | 'tell'>;

interface Begun {
  sweep: SweepRecord;
  crew: Pick<Crew, 'engine' | 'hire' | 'seats'>;
  /** What it is checked by. */
  subjects: readonly Subject[];
  dataFingerprint: string;
  /** Whether nothing is left to train: then nothing is checked, and what is known is noted. */
  isDone: boolean;
  ended: AbortSignal;
}

/**
 * Sees to it that a program whose runs are to share stages continues them exactly. It is checked before it trains for
 * the first time, and what was found is kept. It is noted with the sweep where runs share stages all the same.
 *
 * @returns those of the subjects that are known to be exact
 * @throws {UserError} where the program is broken, or is not exact and its definition does not say so
 */
export async function ensureExact(options: Options, begun: Begun): Promise<Subject[]> {
  const { sweep, crew, subjects, dataFingerprint, isDone, ended } = begun;
  const { id, name, folder } = sweep;
  const { fresh } = options;
  const programs = programsFolderOf(options.storage);
  const { hire, seats } = crew;
  const here = { hire, seats, copy: programFolder(programs, crew.engine), folder, stages: stagesFolder(programs) };
  const judged = await judgeHere(
    subjects,
    { ...here, dataFingerprint },
    {
      isKnownOnly: isDone,
      sweep: `${id} ${name}`,
      ended,
      say: (message) => options.tell({ kind: 'log', message }),
    },
  );
  if (judged === null) return [];
  if (judged.against !== null && !isDone) throw new UserError(`Cannot train ${id} ${name}: ${judged.against}`);
  // What was trained elsewhere, or was not exact before, stays so.
  if (judged.inexact !== null || fresh || subjects.length === 0) await note(options, judged.inexact, ended);
  return judged.exact;
}

async function note({ storage, lease, sweepId }: Options, found: string | null, ended: AbortSignal): Promise<void> {
  await patiently({ storage, giveUp: ended }, () => noteInexact(storage, lease, sweepId, found));
}
