import type { Storage } from '../database/storage.ts';

/** What a run was trained in, beside engine and device. */
export interface TrainingEnvironment {
  /** Version of Node. */
  node: string;
  /** Operating system, its release and the architecture. */
  os: string;
  processor: string;
  /** Logical ones. */
  cores: number;
  /** In bytes, of the machine. */
  memory: number;
  /** SHA-256 of the list of installed packages; null where there is none. */
  packages: string | null;
  /** Of the folder of the definition; null where it is none of git's. */
  git: {
    commit: string;
    /** Whether something differed from the commit; null where git did not say. */
    dirty: boolean | null;
    /** Of tracked files; of a long one the head and the tail. Null where git did not say. */
    diff: string | null;
  } | null;
}

/** null where nothing is known, as of runs of earlier versions. */
export function readEnvironmentOf(storage: Storage, runId: number): TrainingEnvironment | null {
  const data = storage
    .prepare('SELECT e.data FROM "Run" r JOIN "Environment" e ON e.id = r.environmentId WHERE r.id = ?')
    .pluck()
    .get(runId) as string | undefined;
  return data === undefined ? null : (JSON.parse(data) as TrainingEnvironment);
}
