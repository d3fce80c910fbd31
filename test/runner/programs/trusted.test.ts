import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openStorage } from '../../../server/store/database/storage.ts';
import { cosweep } from '../../helpers/cosweep.ts';
import { ask, countRuns } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { writeProgramStudy } from './program-study.ts';

const run = (db: string, what: string, ...more: string[]) => cosweep(['run', what, ...more], { db });
const COPIES = ['', '.programs', '.checkpoints'];
const MANIFEST = '.cosweep-program.json';

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

/** From here on nobody has planned or trusted anything. */
function beSomebodyElse(state = temporaryFolder()): void {
  vi.stubEnv('COSWEEP_STATE', state);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** The copy of the program that trains the first sweep of a database. */
function copyOf(db: string, beside = db): string {
  return `${beside}.programs/${ask<string>(db, 'SELECT engine FROM "Sweep"').slice('program:'.length)}`;
}

/** Another program in the place of a copy, under its name, with a list of files that is right. */
function replaceBy(copy: string, script: string): void {
  mkdirSync(copy, { recursive: true });
  writeFileSync(join(copy, 'trainer.mjs'), script);
  const hash = createHash('sha256').update(script).digest('hex');
  writeFileSync(join(copy, MANIFEST), JSON.stringify({ 'trainer.mjs': hash }));
}

async function change(db: string, sql: string): Promise<void> {
  const storage = await openStorage({ file: db, create: false });
  storage.raw.prepare(sql).run();
  await storage.close();
}

test('a program that was planned here is started without a question, wherever its database is', async () => {
  const { folder, file, db, there } = await sent();
  const script = join(folder, 'trainer.mjs');
  // What its runs leave in its folder is its own.
  writeFileSync(join(copyOf(db), 'notes.txt'), 'left by a run');
  for (const args of [
    ['run', 's1'],
    ['extend', 's1', '--seeds', '2'],
    ['run', file],
    ['run', 's1', '--fresh'],
  ]) {
    const { code, stderr } = await cosweep(args, { db });
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  }
  expect(existsSync(join(copyOf(db), 'notes.txt'))).toBe(true);
  const copied = await cosweep(['extend', 's1', '--seeds', '2'], { db: there });
  expect(copied.code, copied.stderr).toBe(0);
  writeFileSync(script, `${readFileSync(script, 'utf8')}// other files\n`);
  for (const more of [['--fresh'], []]) expect((await run(db, 's1', ...more)).code).toBe(0);
});

test('a database from elsewhere: its program is named, and started once its user says so', async () => {
  const { folder, there } = await sent();
  beSomebodyElse();
  const before = countRuns(there, 'complete');
  for (const args of [
    ['run', 's1', '--fresh'],
    ['extend', 's1', '--seeds', '2'],
  ]) {
    const { code, stderr } = await cosweep(args, { db: there });
    expect([code, stderr], args.join(' ')).toEqual([
      2,
      expect.stringContaining('Cannot train s1 study: it runs a program'),
    ]);
    expect(stderr).toContain(`  command      ["${process.execPath}","trainer.mjs"]\n`);
    expect(stderr).toContain(`  files        trainer.mjs, in ${copyOf(there)}\n`);
    expect(stderr).toContain(
      'Wanted: --trust-program, once you have looked at them (`cosweep run s1 --trust-program`)',
    );
    // It is left as it was.
    expect(ask(there, 'SELECT state FROM "Sweep"')).toBe('complete');
  }
  expect(countRuns(there, 'complete')).toBe(before);
  // Nothing has to be started for a sweep of which everything is trained.
  const { code, stderr } = await run(there, 's1');
  expect([code, ask(there, 'SELECT state FROM "Sweep"')], stderr).toEqual([0, 'complete']);

  // A sweep that is made of it comes from elsewhere too.
  const confirmed = await cosweep(['confirm', 's1', '--arm', '0', '--seeds', '2'], { db: there });
  expect([confirmed.code, confirmed.stderr]).toEqual([2, expect.stringContaining('--trust-program')]);

  // The folder of its definition is on the other machine.
  rmSync(folder, { recursive: true });
  await change(there, `UPDATE "Sweep" SET state = 'interrupted' WHERE id = 1`);
  const trusted = await run(there, 's1', '--trust-program');
  expect(trusted.code, trusted.stderr).toBe(0);
  const extended = await cosweep(['extend', 's1', '--seeds', '2'], { db: there });
  expect(extended.code, extended.stderr).toBe(0);
});

test('whose definition names the same program is not asked', async () => {
  const { file, there } = await sent();
  beSomebodyElse();
  const { code, stderr } = await run(there, file);
  expect(code, stderr).toBe(0);
});

test('another program under the name of one that is planned is replaced, and not started', async () => {
  const { folder, file, db, there } = await sent();
  const right = readFileSync(join(folder, 'trainer.mjs'), 'utf8');
  const mark = join(folder, 'was started');
  const evil = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, '');\n${right}`;
  beSomebodyElse();
  const other = join(temporaryFolder(), 'other.db');
  replaceBy(copyOf(db, there), evil);
  replaceBy(copyOf(db, other), evil);
  // Merged with a database that has no such copy, it stays where it is.
  const into = join(temporaryFolder(), 'into.db');
  const merged = await cosweep(['merge', into, there], { cwd: dirname(into) });
  expect(merged.code, merged.stderr).toBe(0);
  expect(existsSync(copyOf(db, into))).toBe(false);
  for (const target of [there, other]) {
    const { code, stderr } = await run(target, file);
    expect(code, stderr).toBe(0);
    expect(readFileSync(join(copyOf(db, target), 'trainer.mjs'), 'utf8')).toBe(right);
  }
  writeFileSync(join(copyOf(db, there), MANIFEST), 'no list');
  expect((await run(there, file)).code).toBe(0);
  expect(existsSync(mark)).toBe(false);
});

test('what lies beside the files of a copy is named, though the files are known', async () => {
  const { file, db, there } = await sent();
  const other = join(temporaryFolder(), 'other.db');
  cpSync(copyOf(db), copyOf(db, other), { recursive: true });
  for (const [target, args] of [
    [there, ['s1', '--fresh']],
    [other, [file]],
  ] as const) {
    const [lib, cache] = ['lib', '__pycache__'].map((name) => join(copyOf(db, target), name)) as [string, string];
    for (const folder of [lib, cache]) mkdirSync(folder);
    writeFileSync(join(lib, 'numpy.py'), '');
    writeFileSync(join(cache, 'json.pyc'), '');
    const { code, stderr } = await cosweep(['run', ...args], { db: target });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/ {2}beside them {2}.*lib\/numpy\.py: not the program's/),
    ]);
    rmSync(lib, { recursive: true });
    const clean = await run(target, file);
    expect(clean.code, clean.stderr).toBe(0);
    expect(existsSync(join(cache, 'json.pyc'))).toBe(false);
  }
});

test('for another user of the machine it is a stranger', async () => {
  const { db } = await sent();
  beSomebodyElse();
  const { code, stderr } = await run(db, 's1', '--fresh');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--trust-program')]);
});

test('a folder of states that cannot be written to is said, and keeps nobody from training', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1 });
  beSomebodyElse(join(file, 'state'));
  const { code, stderr } = await run(join(folder, 'study.db'), file);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/Cannot note in .*COSWEEP_STATE names another one/)]);
});

test('a command or a text that the database says instead makes it a stranger; a number does not', async () => {
  const { db } = await sent();
  const settings = (path: string, value: string): string =>
    `UPDATE "Arm" SET settings = json_set(settings, '$.${path}', json('${value}'))`;
  const started = async () => {
    await change(db, `UPDATE "Sweep" SET state = 'queued'`);
    return run(db, 's1', '--if-queued'); // as the dashboard starts it
  };
  const refused = { code: 2, stderr: expect.stringContaining('--trust-program') };
  await change(db, settings('training.rate', '0.5'));
  expect((await started()).code).toBe(0);
  for (const [path, number] of [
    ['training.rate', '0.1'],
    ['gamma', '1'],
    ['loss.s', '30'],
  ] as const) {
    await change(db, settings(path, '"0.5; rm"'));
    // Its runs are complete by the database's own word, and others by what it says of them.
    expect(await started(), path).toMatchObject(refused);
    await change(db, settings(path, number));
  }
  // One arm alone may have another command.
  await change(db, `UPDATE "Run" SET state = 'waiting'`);
  const command = '["sh", "-c", "echo \\u001b[31m hello"]';
  await change(db, `${settings('training.program.command', command)} WHERE "index" = 1`);
  const { code, stderr } = await started();
  expect({ code, stderr }).toMatchObject(refused);
  expect(stderr).toContain(`  command      ["${process.execPath}","trainer.mjs"]\n  command      ["sh","-c",`);
  expect(stderr).not.toContain('\u001b');
});
