import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { cosweep, untilNoneIsLeft, type Cosweep } from '../helpers/cosweep.ts';
import { programsIn } from '../helpers/programs-in.ts';
import { runProgramArgs, writeProgramStudy, type ProgramStudy } from '../runner/programs/program-study.ts';
import { ask, snapshot, type Snapshot } from '../runner/snapshot.ts';
import { temporaryFolder } from '../runner/study.ts';
import { severalFor, type Several } from './several.ts';

const study: ProgramStudy = { beta: [0.2], N: [0, 10, 20, 30], seeds: 3, training: { pause: 3, saveEvery: 0.1 } };

test('workers elsewhere train a user’s program to the points and states of this machine alone', async () => {
  const all = programStudy({ ...study, training: { ...study.training, behave: 'talks' } });
  const head = all.startHead();
  await head.says('cosweep worker --join');
  // The folder of the definition is the head's alone.
  const workers = [0, 1].map(() => place(all, '--slots', '2'));
  const { code, stderr } = await head.ended;
  expect(code, stderr).toBe(0);
  for (const worker of workers) {
    expect(await worker.ended).toMatchObject({ code: 0 });
    expect(worker.left()).toEqual([]);
  }
  expect(await snapshot(all.db)).toEqual(await undisturbed(all));
  expect(ask(all.db, 'SELECT count(*) FROM "Run" WHERE device <> ?', 'an abacus')).toBe(0);
  const { stdout: log } = await cosweep(['show', 'r1', '--log'], { db: all.db });
  expect(log).toMatch(/^\S+ stdout: half of it\n\S+ stdout: is said here$/m);
  // Each stage has the bits that its worker has signed, and both workers signed the same ones.
  expect(ask(all.db, 'SELECT count(DISTINCT bits) FROM "Stage" WHERE bits IS NOT NULL')).toBe(1);
  expect(ask(all.db, 'SELECT count(*) FROM "Stage" WHERE bits IS NULL')).toBe(0);
  // Another sweep signs other batches: what both have in common is taken all the same, since it is the same machine.
  const other = { ...study, beta: [0.3, 0.2], training: { ...study.training, behave: 'talks' } };
  const more = await cosweep(runProgramArgs(writeProgramStudy(join(dirname(all.file), 'more'), other)), { db: all.db });
  expect(more.code, more.stderr).toBe(0);
  expect(ask(all.db, 'SELECT count(*) FROM "Stage" WHERE edition > 0')).toBe(0);
});

test('a worker is killed with all that it has started: another one ends what is left of it, and the points are the same', async () => {
  vi.stubEnv('COSWEEP_LOCK', '2'); // seconds, after which whoever is silent is lost soon
  const all = programStudy({ ...study, training: { pause: 10, saveEvery: 0.1 } });
  const head = all.startHead();
  await head.says('cosweep worker --join');
  const killed = place(all);
  await vi.waitFor(() => expect(stagesOf(all.db, 'batch > fromBatch')).toBeGreaterThan(0), {
    timeout: 120_000,
    interval: 20,
  });
  const programs = killed.programs();
  for (const pid of killed.children()) process.kill(pid, 'SIGKILL');
  killed.signal('SIGKILL');
  await killed.ended;
  await untilNoneIsLeft(killed);
  expect(killed.left()).not.toEqual([]);
  const next = place(all, { temporary: killed.temporary });
  expect((await head.ended).code).toBe(0);
  expect((await next.ended).code).toBe(0);
  expect(killed.left()).toEqual([]);
  expect(programs.filter((pid) => killed.programs().includes(pid))).toEqual([]);
  expect(await snapshot(all.db)).toEqual(await undisturbed(all));
});

test('machines on which the program computes other bits never share a seed, and this machine is told apart as well', async () => {
  const all = programStudy({
    ...study,
    seeds: 4,
    program: { env: ['ROUNDS'] },
    training: { pause: 3, behave: 'rounds as its machine does' },
  });
  const head = all.startHead();
  await head.says('cosweep worker --join');
  const workers = ['1', '2'].map((rounds) => all.startWorkerWith({ ROUNDS: rounds }));
  expect((await head.ended).code).toBe(0);
  for (const worker of workers) await worker.ended;
  const bySeed = `SELECT max(n) FROM (SELECT count(DISTINCT g.bits) AS n FROM "Stage" g JOIN "RunStage" p
    ON p.stageId = g.id JOIN "SweepRun" s ON s.runId = p.runId GROUP BY s.seed)`;
  expect(ask(all.db, bySeed)).toBe(1);
  expect(ask(all.db, 'SELECT count(DISTINCT bits) FROM "Stage"')).toBe(2);
  const more = writeProgramStudy(join(dirname(all.file), 'more'), {
    ...study,
    N: [0, 10, 20, 30, 35],
    seeds: 4,
    program: { env: ['ROUNDS'] },
    training: { pause: 3, behave: 'rounds as its machine does' },
  });
  const here = await cosweep(runProgramArgs(more), { db: all.db });
  expect(here.code).toBe(2);
  expect(here.stderr).toContain('was computed with other bits than this machine computes');
});

test('a worker on whose machine the data is another one says so and ends; the head goes on with others', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'numbers.csv'), '1,2,3\n');
  const all = severalFor(writeProgramStudy(folder, { ...study, program: { data: ['numbers.csv'] } }), runProgramArgs);
  const head = all.startHead();
  await head.says('cosweep worker --join');
  await head.until('the sweep has begun', () => stagesOf(all.db, '1') > 0);
  appendFileSync(join(folder, 'numbers.csv'), '4,5,6\n');
  const { code, stderr } = await all.startWorker().ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/its program's data is not that of the head's machine: found .*training\.program\.data/);
  await head.says("cannot train this sweep: its program's data is not that of the head's machine");
  writeFileSync(join(folder, 'numbers.csv'), '1,2,3\n');
  const able = all.startWorker();
  expect((await head.ended).code).toBe(0);
  await able.ended;
});

test('a worker on which forks are not exact is refused with the place; where that is allowed, tables say so', async () => {
  const random = { ...study, seeds: 1, training: { behave: 'draws at random' } };
  const all = programStudy(random);
  const head = all.startHead();
  await head.says('cosweep worker --join');
  const { code, stderr } = await all.startWorker().ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/its program is not exact\. Found train\/total at batch 3: .*Likely causes/s);
  head.signal('SIGTERM');
  await head.ended;

  const allowed = programStudy({ ...random, program: { exact: false } });
  const second = allowed.startHead();
  await second.says('cosweep worker --join');
  const worker = allowed.startWorker();
  expect((await second.ended).code).toBe(0);
  await worker.ended;
  expect(ask(allowed.db, 'SELECT inexact FROM "Sweep"')).toMatch(/^train\/total at batch 3: /);
});

test('a program that does not fork is shared among machines of one kind', async () => {
  const all = programStudy({ ...study, N: [0, 20], seeds: 2, program: { fork: false } });
  const head = all.startHead();
  await head.says('cosweep worker --join');
  const workers = [all.startWorker(), all.startWorker()];
  expect((await head.ended).code).toBe(0);
  for (const worker of workers) expect((await worker.ended).code).toBe(0);
  expect(await snapshot(all.db)).toEqual(await undisturbed(all));
  expect(ask(all.db, 'SELECT count(*) FROM "Stage" WHERE bits IS NOT NULL')).toBe(0);
});

test('a program whose copy was changed is not sent to anybody', async () => {
  const all = programStudy(study);
  const first = all.startHead();
  await first.says('cosweep worker --join');
  first.signal('SIGTERM');
  await first.ended;
  const [copy] = readdirSync(`${all.db}.programs`).filter((name) => /^[0-9a-f]{12}$/.test(name));
  rmSync(join(`${all.db}.programs`, copy!, 'trainer.mjs'));
  const { code, stderr } = await headAgain(all).ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/Cannot train s1: the copy of its program in .* is gone, or was changed/);
});

function programStudy(of: ProgramStudy): Several {
  return severalFor(writeProgramStudy(temporaryFolder(), of), runProgramArgs);
}

/** Goes on with what is stored, whatever the definition says now. */
function headAgain(all: Several): Cosweep {
  return severalFor(all.file, (_file, ...more) => ['run', 's1', ...more]).startHead();
}

/** A worker whose temporary files are in a folder of their own. */
function place(all: Several, ...given: (string | { temporary: string })[]) {
  const asked = given.find((each) => typeof each === 'object');
  const temporary = asked?.temporary ?? temporaryFolder();
  const args = given.filter((each) => typeof each === 'string');
  const worker = all.startWorkerWith({ TMPDIR: temporary }, ...args);
  const left = (): string[] =>
    readdirSync(temporary).filter((name) => new RegExp(`^cosweep-worker-[0-9a-f]+-${worker.pid}-`).test(name));
  const programs = (): number[] => left().flatMap((name) => programsIn(join(temporary, name, 'stages')));
  return { ...worker, temporary, left, programs };
}

async function undisturbed(all: Several): Promise<Snapshot> {
  const db = join(dirname(all.file), 'undisturbed.db');
  expect((await cosweep(runProgramArgs(all.file), { db })).code).toBe(0);
  return snapshot(db);
}

function stagesOf(db: string, where: string): number {
  try {
    return ask<number>(db, `SELECT count(*) FROM "Stage" WHERE ${where}`);
  } catch {
    return 0; // it is not there yet
  }
}
