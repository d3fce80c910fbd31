import { fork, type ChildProcess } from 'node:child_process';
import type { ProcessKind } from '../http/processes/answer-by-processes.ts';
import type { Storage } from '../store/database/storage.ts';
import type { OpenElsewhere } from '../store/reading/open-for-reading.ts';
import { builtProgram } from '../training/built-program.ts';

/** The first message to `answering-process.ts`. */
export interface ProcessData {
  database: OpenElsewhere;
  /** False: the process only reads. */
  writes: boolean;
  /** Whether users' own programs are planned and started from the dashboard. */
  allowPrograms: boolean;
}

/** How much memory the objects of a process may take, in MB: one that needs more ends, and nothing else does. */
const MOST_MEGABYTES: Record<ProcessKind, number> = { quick: 1_024, heavy: 4_096, writing: 4_096 };

/** Starts a process that answers requests of the dashboard over a database. */
export function startAnsweringProcess(
  { file, source, identity, readOnly }: Storage,
  kind: ProcessKind,
  allowPrograms: boolean,
): ChildProcess {
  const child = fork(builtProgram('cli/answering-process'), [], {
    execArgv: ['--expose-gc', `--max-old-space-size=${MOST_MEGABYTES[kind]}`, ...process.execArgv],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const data: ProcessData = {
    database: { file, source, identity },
    writes: kind === 'writing' && !readOnly,
    allowPrograms,
  };
  child.send(data, () => {}); // where it could not be started, its `error` event says so
  return child;
}
