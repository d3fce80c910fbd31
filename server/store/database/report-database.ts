import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { explainFailure } from './explain-failure.ts';
import { schemaName } from './migrate.ts';
import { openStorage, type Storage } from './storage.ts';

/** What `doctor` says about a database. */
export interface DatabaseReport {
  path: string;
  exists: boolean;
  works: boolean;
  /** Name of the last migration that was applied. */
  schema: string | null;
  bytes: number | null;
  sweeps: number | null;
  runs: number | null;
  reason: string | null;
  remedy: string | null;
}

/**
 * Opens a database and reads all of it once, so that damage anywhere is found. A database that is not there is not
 * made.
 */
export async function reportDatabase(file: string): Promise<DatabaseReport> {
  const path = resolve(file);
  const report: DatabaseReport = {
    path,
    exists: existsSync(path),
    works: false,
    schema: null,
    bytes: null,
    sweeps: null,
    runs: null,
    reason: null,
    remedy: null,
  };
  if (!report.exists) return { ...report, reason: 'there is no such file', remedy: '`cosweep run FILE` makes one' };
  try {
    const storage = await openStorage({ file: path, create: false, access: 'maybe' });
    try {
      return { ...report, ...(await inspect(storage)) };
    } catch (error) {
      throw explainFailure(storage, error);
    } finally {
      await storage.close();
    }
  } catch (error) {
    if (!(error instanceof UserError || error instanceof OutsideError)) throw error;
    return {
      ...report,
      reason: error.message,
      remedy: 'name another file with --db, or put this one in order as the reason says',
    };
  }
}

async function inspect(storage: Storage): Promise<Partial<DatabaseReport>> {
  const found = storage.raw.pragma('quick_check(1)', { simple: true }) as string;
  const works = found === 'ok';
  return {
    works,
    schema: schemaName(storage.raw),
    bytes: statSync(storage.file).size,
    sweeps: await storage.prisma.sweep.count(),
    runs: await storage.prisma.run.count(),
    reason: works ? null : `the file is damaged: ${found}`,
    remedy: works ? null : 'restore it from a copy, or try `sqlite3 FILE .recover`',
  };
}
