import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimCheckpointFolder } from '../../server/store/database/checkpoint-folder.ts';
import { copyDatabase } from '../../server/store/database/private-copy.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { openParts } from '../../server/store/merging/part.ts';
import { inProcess } from '../helpers/in-process.ts';
import type { LimitCase } from './limit-case.ts';

export const storageLimits: LimitCase[] = [
  {
    what: 'database that is read from a private copy: size with its log',
    error: () =>
      inFolder((folder) => {
        const db = join(folder, 'y.db');
        writeFileSync(db, '');
        truncateSync(db, 8e12); // without a byte on the disk
        copyDatabase(db);
      }),
  },
  {
    what: 'folder in which a moved database is looked for by its id: files',
    error: () =>
      inFolder(async (folder) => {
        const db = join(folder, 'y.db');
        await using(db, (storage) => claimCheckpointFolder(storage, () => {}));
        renameSync(db, join(folder, 'moved.db'));
        for (let i = 0; i < 1000; i++) writeFileSync(join(folder, `${i}`), '');
        await using(db, (storage) => claimCheckpointFolder(storage, () => {}));
      }),
  },
  {
    what: 'split: parts of a definition (`--shards`)',
    error: async () => (await inProcess(['split', 'x.json', '--shards', '10001'], tmpdir())).stderr,
  },
  {
    what: 'merge: databases at a time',
    error: () =>
      inFolder((folder) =>
        openParts(
          Array.from({ length: 11 }, (_, i) => join(folder, `${i}.db`)),
          join(folder, 'all.db'),
          () => {},
        ),
      ),
  },
];

async function using(file: string, use: (storage: Awaited<ReturnType<typeof openStorage>>) => void): Promise<void> {
  const storage = await openStorage({ file, create: true });
  try {
    use(storage);
  } finally {
    await storage.close();
  }
}

async function inFolder(body: (folder: string) => unknown): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-limits-'));
  try {
    await body(folder);
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 'nothing';
}
