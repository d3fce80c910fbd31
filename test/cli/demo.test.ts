import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshDemo } from '../../server/cli/fresh-demo.ts';
import { claimCheckpointFolder } from '../../server/store/database/checkpoint-folder.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';
import { start } from '../helpers/cosweep.ts';

let folder: string;
let db: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-demo-'));
  db = join(folder, 'demo.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A database with one sweep, which is called `two-betas`. */
async function database(): Promise<void> {
  const storage = await openStorage({ file: db, create: true });
  storeTrainedSweep(storage);
  await storage.close();
}

describe("the demo's database is made anew", () => {
  test('where there is none', () => {
    expect(() => freshDemo(db, 'demo')).not.toThrow();
  });

  test('where an earlier demo left one, with all that belongs to it', async () => {
    await database();
    const storage = await openStorage({ file: db, create: false });
    claimCheckpointFolder(storage, () => {});
    storage.raw.exec(
      `INSERT INTO "Checkpoint" (stageId, batch, file, bytes, hash, createdAt) VALUES (1, 1, 'a.checkpoint', 0, '', 0)`,
    );
    writeFileSync(join(storage.checkpointFolder, 'a.checkpoint'), '');
    await storage.close();
    freshDemo(db, 'two-betas');
    expect([db, `${db}.checkpoints`].filter((path) => existsSync(path))).toEqual([]);
  });

  test('but no file of the checkpoint folder that it does not record', async () => {
    await database();
    mkdirSync(`${db}.checkpoints`);
    writeFileSync(join(`${db}.checkpoints`, 'some'), '');
    freshDemo(db, 'two-betas');
    expect(existsSync(db)).toBe(false);
    expect(readdirSync(`${db}.checkpoints`)).toEqual(['some']);
  });

  test('but not where it holds anything else', async () => {
    await database();
    const before = readFileSync(db);
    expect(() => freshDemo(db, 'demo')).toThrow(
      `Cannot make the demo's database ${db} anew: it holds the sweep "two-betas" too; name another file with --db`,
    );
    expect(readFileSync(db).equals(before)).toBe(true);
  });

  test('nor where the file is of another program', () => {
    writeFileSync(db, 'minutes of a meeting');
    expect(() => freshDemo(db, 'demo')).toThrow(/a file is there that is no database of Cosweep/);
    expect(readFileSync(db, 'utf8')).toBe('minutes of a meeting');
  });
});

test('the demo says where its dashboard is, and one signal ends it and all that it started', async () => {
  const demo = start(['demo'], { cwd: folder });
  await demo.says('Training sweeps/demo.json');
  demo.signal('SIGTERM');
  const { code, stdout } = await demo.ended;
  expect(code).toBe(143);
  const [, url] = /Dashboard: (\S+)/.exec(stdout)!;
  await expect(fetch(url!)).rejects.toThrow();
  expect(existsSync(db)).toBe(true);
});
