import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openStorage } from '../../../server/store/database/storage.ts';
import { cosweep } from '../../helpers/cosweep.ts';
import { ask, countRuns } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { writeProgramStudy } from './program-study.ts';

const run = (db: string, what: string, ...more: string[]) => cosweep(['run', what, ...more], { db });
const COPIES = ['', '.programs', '.checkpoints'];

/** A sweep that its user has planned and trained, and the same database once more, as somebody else sends it. */
async function sent() {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1, training: { rate: 0.1 } });
  const db = join(folder, 'study.db');
  const { code, stderr } = await run(db, file);
  expect(code, stderr).toBe(0);
  const there = join(temporaryFolder(), 'sent.db');
  for (const part of COPIES) cpSync(`${db}${part}`, `${there}${part}`, { recursive: true });
  return { folder, file, db, there };
}

test('a program that was planned here is started without a question', async () => {
  const { folder, file, db } = await sent();
  const script = join(folder, 'trainer.mjs');
  for (const args of [
    ['run', 's1'],
    ['extend', 's1', '--seeds', '2'],
    ['run', file],
    ['run', 's1', '--fresh'],
  ]) {
    const { code, stderr } = await cosweep(args, { db });
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  }
  writeFileSync(script, `${readFileSync(script, 'utf8')}// other files\n`);
  for (const more of [['--fresh'], []]) expect((await run(db, 's1', ...more)).code).toBe(0);
});

test('a database that was copied here: its program is named, and started once its user says so', async () => {
  const { there } = await sent();
  const engine = ask<string>(there, 'SELECT engine FROM "Sweep"');
  const copy = `${there}.programs/${engine.slice('program:'.length)}`;
  const before = countRuns(there, 'complete');
  for (const args of [
    ['run', 's1'],
    ['run', 's1', '--fresh'],
    ['extend', 's1', '--seeds', '2'],
  ]) {
    const { code, stderr } = await cosweep(args, { db: there });
    expect([code, stderr], args.join(' ')).toEqual([
      2,
      expect.stringContaining('Cannot train s1 study: it runs a program'),
    ]);
    expect(stderr).toContain(`  command      ["${process.execPath}","trainer.mjs"]\n`);
    expect(stderr).toContain(`  files        trainer.mjs, in ${copy}\n`);
    expect(stderr).toContain(
      'Wanted: --trust-program, once you have looked at them (`cosweep run s1 --trust-program`)',
    );
  }
  expect(countRuns(there, 'complete')).toBe(before);

  // A sweep that is made of it comes from elsewhere too.
  const confirmed = await cosweep(['confirm', 's1', '--arm', '0', '--seeds', '2'], { db: there });
  expect([confirmed.code, confirmed.stderr]).toEqual([2, expect.stringContaining('--trust-program')]);

  const trusted = await run(there, 's1', '--trust-program');
  expect(trusted.code, trusted.stderr).toBe(0);
  const again = await run(there, 's1');
  expect(again.code, again.stderr).toBe(0);
});

test('whose definition names the same program is not asked', async () => {
  const { file, there } = await sent();
  const { code, stderr } = await run(there, file);
  expect(code, stderr).toBe(0);
});

test('for another user of the machine it is a stranger', async () => {
  const { db } = await sent();
  vi.stubEnv('COSWEEP_STATE', temporaryFolder());
  const { code, stderr } = await run(db, 's1');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--trust-program')]);
  vi.unstubAllEnvs();
});

test('a command or a text that the database says instead makes it a stranger; a number does not', async () => {
  const { db } = await sent();
  const change = async (sql: string): Promise<void> => {
    const storage = await openStorage({ file: db, create: false });
    storage.raw.prepare(sql).run();
    await storage.close();
  };
  const settings = (path: string, value: string): string =>
    `UPDATE "Arm" SET settings = json_set(settings, '$.training.${path}', json('${value}'))`;
  const started = async () => {
    await change(`UPDATE "Sweep" SET state = 'queued'`);
    return run(db, 's1', '--if-queued'); // as the dashboard starts it
  };
  await change(settings('rate', '0.5'));
  expect((await started()).code).toBe(0);
  await change(settings('rate', '"0.5; rm"'));
  expect(await started()).toMatchObject({ code: 2, stderr: expect.stringContaining('--trust-program') });
  await change(settings('rate', '0.1'));
  await change(settings('program.command', '["sh", "-c", "echo \\u001b[31m hello"]'));
  const { code, stderr } = await started();
  expect([code, stderr]).toEqual([2, expect.stringContaining('--trust-program')]);
  expect(stderr).not.toContain('\u001b');
});
