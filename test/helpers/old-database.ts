import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';

const DATABASES = new URL('../fixtures/databases/', import.meta.url);

/**
 * A folder that is gone after the test, with a database as 0.1 made it and the definitions of its two sweeps:
 * `whole-bounds.json` (s1) and `in-epochs.json` (s2), both trained to their ends.
 */
export function oldDatabase(): { folder: string; db: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cosweep-old-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const db = join(folder, 'cosweep.db');
  const raw = new Database(db);
  raw.exec(gunzipSync(readFileSync(new URL('0.1.0.sql.gz', DATABASES))).toString());
  raw
    .prepare(`UPDATE "Sweep" SET folder = ?, definitionPath = replace(definitionPath, '/study', ?)`)
    .run(folder, folder);
  raw.close();
  for (const name of ['whole-bounds.json', 'in-epochs.json'])
    copyFileSync(new URL(name, DATABASES), join(folder, name));
  return { folder, db };
}
