import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import { noteInexact } from '../../store/training/note-inexact.ts';
import { isProgram } from '../../sweep/settings.ts';
import { subjectOf } from '../programs/subject.ts';
import type { Data } from '../identify.ts';
import { patiently } from '../patiently.ts';
import { programFolder } from '../programs/program-files.ts';
import type { SweepOptions } from '../run-options.ts';
import type { Structures } from './bit-class.ts';
import type { RemoteProgram, RemoteSweep } from './remote-workers.ts';

interface Begun {
  sweep: SweepRecord;
  engine: string;
  structures: Structures;
  fingerprintOf: Data['fingerprintOf'];
}

/** What workers on other machines have to know of a sweep. @param ended aborted: nothing more is noted of it */
export function remoteSweepOf(
  { storage, lease, sweepId, tell }: Pick<SweepOptions, 'storage' | 'lease' | 'sweepId' | 'tell'>,
  { sweep, engine, structures, fingerprintOf }: Begun,
  ended: AbortSignal,
): RemoteSweep {
  return {
    sweepId,
    engine,
    structures: structures.list,
    classOf: (machine, signatures) => structures.classOf(engine, machine, signatures),
    program: programOf(sweep, engine, programsFolderOf(storage), fingerprintOf),
    noteInexact: (found) => patiently({ storage, giveUp: ended }, () => noteInexact(storage, lease, sweepId, found)),
    tell,
  };
}

function programOf(
  { id, name, armList, plan, metric, folder, share }: SweepRecord,
  engine: string,
  programs: string,
  fingerprintOf: Data['fingerprintOf'],
): RemoteProgram | null {
  const { training } = armList[0]!;
  if (!isProgram(training)) return null;
  const subject = subjectOf({ engine, arms: armList, seed: plan.seeds[0]!, metric: metric.name });
  return {
    copy: programFolder(programs, engine),
    asked: {
      sweep: `${id} ${name}`,
      settings: training.program,
      folder,
      dataFingerprint: fingerprintOf(training),
      subject: share ? subject : null,
    },
  };
}
