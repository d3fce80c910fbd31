import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { OutsideError, UserError } from '../../server/sweep/user-error.ts';
import { networkFileSystem } from '../../server/store/database/check-place.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { migrationsFolder } from '../../server/store/database/migrate.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { reportDatabase } from '../../server/store/database/report-database.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { begin, child, lease, makePlan, makeSegment, newStorage, temporaryFolder } from './support.ts';

/** Fixtures: a database of every released schema, as SQL text. */
const SCHEMAS = new URL('../fixtures/schemas/', import.meta.url);

const bytesOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

async function refusal(file: string, create = false): Promise<string> {
  const error = await openStorage({ file, create }).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error instanceof UserError || error instanceof OutsideError, String(error)).toBe(true);
  return (error as UserError).message;
}

/** Opens a file that must be refused and checks that neither it nor its folder has changed. */
async function refusedIntact(file: string): Promise<string> {
  const before = bytesOf(file);
  const message = await refusal(file, true);
  expect(bytesOf(file)).toBe(before);
  return message;
}

describe('a new database', () => {
  test('is migrated once when eight processes open it at the same moment', async () => {
    const file = join(temporaryFolder(), 'cosweep.db');
    const children = await Promise.all(Array.from({ length: 8 }, () => child('child-open.ts', file)));
    for (const { go } of children) go();
    const migrations = readdirSync(migrationsFolder()).filter((name) => /^\d/.test(name));
    expect(await Promise.all(children.map(({ result }) => result()))).toEqual(Array(8).fill(migrations.length));
    const raw = new Database(file, { readonly: true });
    const rows = raw
      .prepare(
        'SELECT migration_name, checksum, finished_at, applied_steps_count, rolled_back_at FROM _prisma_migrations',
      )
      .all();
    // what `prisma migrate deploy` would have recorded
    expect(rows).toEqual(
      migrations.map((name) => ({
        migration_name: name,
        checksum: bytesOf(join(migrationsFolder(), name, 'migration.sql')),
        finished_at: expect.any(Number),
        applied_steps_count: 1,
        rolled_back_at: null,
      })),
    );
    raw.close();
  }, 60_000);

  test('works in WAL with foreign keys on both connections, and says where checkpoints go', async () => {
    const storage = await newStorage();
    expect(storage.raw.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(storage.raw.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(storage.raw.pragma('synchronous', { simple: true })).toBe(1);
    expect(await storage.prisma.$queryRawUnsafe('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1n }]);
    expect(storage.checkpointFolder).toBe(`${storage.file}.checkpoints`);
  });

  test('that is opened by a link is the same database, checkpoints too', async () => {
    const storage = await newStorage();
    const link = join(temporaryFolder(), 'link.db');
    symlinkSync(storage.file, link);
    const other = await openStorage({ file: link, create: false });
    expect([other.file, other.checkpointFolder]).toEqual([storage.file, storage.checkpointFolder]);
    await other.close();
  });

  test('that is up to date opens while another process is writing', async () => {
    const storage = await newStorage();
    storage.raw.exec('BEGIN IMMEDIATE');
    const reader = await openStorage({ file: storage.file, create: false });
    expect((await listSweeps(reader)).total).toBe(0);
    await reader.close();
    storage.raw.exec('ROLLBACK');
  });

  test('is only made by who may make one', async () => {
    const file = join(temporaryFolder(), 'none.db');
    expect(await refusal(file)).toBe(`Cannot open database ${file}: there is no such file`);
    expect(await refusal(join(file, 'deeper', 'x.db'), true)).toContain('there is no folder');
  });
});

describe('a file that is not ours is refused and left as it is', () => {
  test('no database at all', async () => {
    const file = join(temporaryFolder(), 'notes.db');
    writeFileSync(file, 'Dear diary, '.repeat(1000));
    expect(await refusedIntact(file)).toContain('the file is not an SQLite database');
  });

  test('a database of another program, in either journal mode', async () => {
    for (const mode of ['delete', 'wal']) {
      const file = join(temporaryFolder(), 'music.db');
      const other = new Database(file);
      other.pragma(`journal_mode = ${mode}`);
      other.exec('CREATE TABLE "Sweep" (id INTEGER); INSERT INTO "Sweep" VALUES (7)');
      other.close();
      expect(await refusedIntact(file)).toContain('it is an SQLite database of another program');
    }
  });

  test('a newer schema, named', async () => {
    const storage = await newStorage();
    storage.raw.exec(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '29990101000000_future')`,
    );
    storage.raw.pragma('wal_checkpoint(TRUNCATE)');
    const message = await refusedIntact(storage.file);
    expect(message).toContain('its schema (29990101000000_future) is newer than this Cosweep knows');
    expect(message).toContain('update Cosweep');
  });

  test('a migration that differs from the one of this name', async () => {
    const storage = await newStorage();
    storage.raw.exec(`UPDATE _prisma_migrations SET checksum = 'other'`);
    expect(await refusal(storage.file)).toContain('made by another build of Cosweep');
  });

  test('a folder in its place', async () => {
    const file = join(temporaryFolder(), 'folder.db');
    mkdirSync(file);
    expect(await refusal(file, true)).toContain('it is not a file');
  });
});

describe('damage and lack of room', () => {
  test('a file that was cut off is refused, and doctor says so', async () => {
    const storage = await newStorage();
    const file = join(temporaryFolder(), 'cut.db');
    storage.raw.pragma('wal_checkpoint(TRUNCATE)');
    cpSync(storage.file, file);
    truncateSync(file, 8192);
    expect(await refusedIntact(file)).toContain('the file is damaged');
    expect(await reportDatabase(file)).toMatchObject({
      exists: true,
      works: false,
      reason: expect.stringContaining('damaged'),
    });
  });

  test('doctor finds damage deep inside', async () => {
    const storage = await newStorage();
    const { tasks } = begin(storage, lease(storage), makePlan([{}], [1], 'x', 2000));
    commitSegment(storage, { token: 1 }, makeSegment(tasks[0]!.stages[0]!.stageId, 0, 2000));
    storage.raw.pragma('wal_checkpoint(TRUNCATE)');
    expect(await reportDatabase(storage.file)).toMatchObject({
      works: true,
      sweeps: 1,
      runs: 1,
      schema: expect.stringMatching(/^\d{14}_/),
      reason: null,
    });
    const page = storage.raw.prepare(`SELECT rootpage FROM sqlite_master WHERE name = 'Point'`).pluck().get() as number;
    const file = join(temporaryFolder(), 'damaged.db');
    const bytes = readFileSync(storage.file);
    bytes.fill(0xff, (page - 1) * 4096, page * 4096);
    writeFileSync(file, bytes);
    expect(await reportDatabase(file)).toMatchObject({ works: false, remedy: expect.stringContaining('copy') });
  });

  test('a full disk is said clearly; what was stored before stays', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { tasks } = begin(storage, token, makePlan([{}], [1], 'x', 100_000));
    const stageId = tasks[0]!.stages[0]!.stageId;
    commitSegment(storage, token, makeSegment(stageId, 0, 100));
    storage.raw.pragma(`max_page_count = ${storage.raw.pragma('page_count', { simple: true })}`);
    expect(() => commitSegment(storage, token, makeSegment(stageId, 100, 50_000))).toThrow(
      /the disk is full; nothing of this step was stored/,
    );
    storage.raw.pragma('max_page_count = 1000000');
    expect(readCurve(storage, tasks[0]!.runId, 'train/total').batches).toHaveLength(100);
    commitSegment(storage, token, makeSegment(stageId, 100, 50_000));
    expect(readCurve(storage, tasks[0]!.runId, 'train/total').batches).toHaveLength(50_000);
  });

  test('a read-only folder and a read-only file', async () => {
    const storage = await newStorage();
    const folder = temporaryFolder();
    const file = join(folder, 'cosweep.db');
    storage.raw.pragma('wal_checkpoint(TRUNCATE)');
    cpSync(storage.file, file);
    const before = bytesOf(file);
    const message = async (path: string, folderMode: number, fileMode: number): Promise<unknown> => {
      const opener = await child('child-refused.ts', path);
      chmodSync(file, fileMode);
      chmodSync(folder, folderMode);
      opener.go();
      return opener.result();
    };
    expect(await message(file, 0o777, 0o444)).toContain('the file is read-only');
    expect(await message(file, 0o555, 0o666)).toContain(`the folder ${folder} is read-only`);
    expect(await message(join(folder, 'new.db'), 0o555, 0o666)).toContain(`the folder ${folder} is read-only`);
    expect(await message(file, 0o777, 0o666)).toBe('opened');
    chmodSync(folder, 0o755);
    expect(bytesOf(file)).toBe(before);
  }, 30_000);

  test('network file systems are known by their numbers, local ones are not refused', () => {
    expect([0x6969, 0xff534d42, 0xff534d42 | 0, 0xfe534d42].map(networkFileSystem)).toEqual([
      'NFS',
      'CIFS',
      'CIFS',
      'SMB2',
    ]);
    expect([0xef53, 0x01021994, 0x58465342, 0x9123683e, 0x794c7630].map(networkFileSystem)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('an older schema', () => {
  const released = readdirSync(SCHEMAS).filter((name) => name.endsWith('.sql'));

  test.each(released)('%s is brought up to date and keeps what it holds', async (name) => {
    const file = join(temporaryFolder(), 'old.db');
    const old = new Database(file);
    old.pragma('foreign_keys = OFF');
    old.exec(readFileSync(new URL(name, SCHEMAS), 'utf8'));
    old.close();
    const storage = await newStorage(file);
    expect((await listSweeps(storage)).items).toMatchObject([
      { id: 's1', name: 'kept', state: 'complete', counts: { complete: 2 } },
    ]);
    expect(readCurve(storage, 1, 'train/total')).toEqual({ batches: [0, 1, 2], values: [10, 5, Math.fround(10 / 3)] });
    expect(storage.raw.pragma('foreign_key_check')).toEqual([]);
    expect(storage.raw.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test('gets the migrations that it lacks, all or none', async () => {
    const file = (await newStorage()).file;
    const migrations = join(temporaryFolder(), 'migrations');
    cpSync(migrationsFolder(), migrations, { recursive: true });
    const add = (name: string, sql: string): void => {
      mkdirSync(join(migrations, name), { recursive: true });
      writeFileSync(join(migrations, name, 'migration.sql'), sql);
    };
    add('29990101000000_colour', 'ALTER TABLE "Sweep" ADD COLUMN "colour" TEXT;');
    add('29990102000000_broken', 'ALTER TABLE "Nothing" ADD COLUMN "x" TEXT;');
    await expect(openStorage({ file, create: false, migrations })).rejects.toThrow('no such table: Nothing');
    const columns = (raw: Database.Database): unknown[] =>
      raw.prepare(`SELECT name FROM pragma_table_info('Sweep')`).pluck().all();
    const before = await openStorage({ file, create: false });
    expect(columns(before.raw)).not.toContain('colour');
    await before.close();
    add('29990102000000_broken', 'ALTER TABLE "Run" ADD COLUMN "x" TEXT;');
    const after = await openStorage({ file, create: false, migrations });
    expect(columns(after.raw)).toContain('colour');
    expect(after.raw.prepare('SELECT count(*) FROM _prisma_migrations').pluck().get()).toBe(
      readdirSync(migrations).length - 1,
    );
    await after.close();
    expect(await refusal(file)).toContain('29990101000000_colour');
  });
});
