import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import { noteInexact } from '../../store/training/note-inexact.ts';
import { isProgramArm } from '../programs/structure.ts';
import { subjectsOf } from '../programs/subject.ts';
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
  sweep: SweepRecord,
  engine: string,
  programs: string,
  fingerprintOf: Data['fingerprintOf'],
): RemoteProgram | null {
  const { id, name, armList, folder, plan } = sweep;
  const arm = armList[0]!;
  if (!isProgramArm(arm)) return null;
  return {
    copy: programFolder(programs, engine),
    asked: {
      sweep: `${id} ${name}`,
      settings: arm.training.program,
      folder,
      dataFingerprint: fingerprintOf(arm.training),
      subjects: subjectsOf(sweep, engine),
      first: { arm, seed: plan.seeds[0]! },
    },
  };
}
