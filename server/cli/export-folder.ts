import type { WrittenFile } from '../export/whole-folder.ts';
import type { Storage } from '../store/database/storage.ts';
import { UserError } from '../sweep/user-error.ts';
import { toMegabytes } from './megabytes.ts';
import { checkMetrics } from './metric-option.ts';
import type { Session } from './session.ts';
import { READING, withStorage } from './with-storage.ts';

/** Formats of `export` that are folders of files, for other tools. */
export const FOLDER_FORMATS = ['parquet', 'tensorboard'] as const;
export type FolderFormat = (typeof FOLDER_FORMATS)[number];

export function isFolderFormat(format: string | undefined): format is FolderFormat {
  return (FOLDER_FORMATS as readonly (string | undefined)[]).includes(format);
}

export interface FolderRequest {
  sweeps: readonly string[];
  format: FolderFormat;
  out: string | undefined;
  /** Of these alone; null: of all that are recorded. */
  metrics: readonly string[] | null;
}

/** What an export has written. */
interface Exported {
  folder: string;
  files: WrittenFile[];
  [counted: string]: unknown;
}

/** `export --format parquet` and the other formats that are folders. */
export function exportFolder(session: Session, request: FolderRequest): Promise<void> {
  const { output, json } = session;
  const { sweeps, format, out } = request;
  if (out === undefined)
    throw new UserError(`Cannot export ${sweeps.join(', ')} as ${format}: wanted --out, the folder to write`);
  return withStorage(session, READING, async (storage) => {
    const { checkOutput } = await import('./check-output.ts');
    const ids = await findSweeps(storage, request);
    const { atOneMoment } = await import('../store/database/transaction.ts');
    const place = checkOutput(out, storage);
    const exported = await atOneMoment(storage, () => write(storage, ids, place, request));
    if (json) return output.json(exported);
    const { folder, files } = exported;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    output.say(`Written to ${folder}: ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${toMegabytes(bytes)}`);
  });
}

/** The sweeps by their ids, each once; a metric that none of them can have is refused. */
async function findSweeps(storage: Storage, { sweeps, format, metrics }: FolderRequest): Promise<number[]> {
  const { findSweep } = await import('../store/sweeps/find-sweep.ts');
  const { ownMetrics } = await import('../store/reading/own-metrics.ts');
  const ids: number[] = [];
  for (const what of sweeps) ids.push(await findSweep(storage, what));
  const own = ids.flatMap((id) => ownMetrics(storage, id));
  checkMetrics(metrics ?? [], own, `export ${sweeps.join(', ')} as ${format}`);
  return [...new Set(ids)];
}

async function write(
  storage: Storage,
  sweepIds: readonly number[],
  folder: string,
  { format, sweeps, metrics }: FolderRequest,
): Promise<Exported> {
  const { writeWholeFolder } = await import('../export/whole-folder.ts');
  if (format === 'parquet') {
    const { exportParquet } = await import('../export/parquet/export-parquet.ts');
    const { files, written } = await writeWholeFolder(folder, (part) =>
      exportParquet(storage, sweepIds, part, metrics),
    );
    return { folder, files, rows: written };
  }
  const { exportTensorBoard } = await import('../export/tensorboard/export-tensorboard.ts');
  const { readSweep } = await import('../store/reading/read-sweep.ts');
  const [sweepId, another] = sweepIds;
  if (another !== undefined)
    throw new UserError(`Cannot export ${sweeps.join(', ')} as tensorboard: wanted one sweep, in a folder of its own`);
  const sweep = (await readSweep(storage, sweepId!))!;
  const { files, written } = await writeWholeFolder(folder, (part) => exportTensorBoard(storage, sweep, part, metrics));
  return { folder, files, ...written };
}
