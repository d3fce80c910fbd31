import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { mergeDatabases } from '../../server/runner/merging/merge-databases.ts';
import { MergeStopped } from '../../server/runner/merging/merge-stopped.ts';
import { claimCheckpointFolder } from '../../server/store/database/checkpoint-folder.ts';
import { HolderWatch, releaseLease } from '../../server/store/database/lease.ts';
import type { StoredCheckpoint } from '../../server/store/reading/read-checkpoints.ts';
import { claimLogFolder, logFolderOf } from '../../server/store/database/log-folder.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { closeParts, openParts } from '../../server/store/merging/part.ts';
import { extendSweep } from '../../server/store/sweeps/extend-sweep.ts';
import { renameSweep } from '../../server/store/sweeps/rename-sweep.ts';
import { writeMark } from '../../server/store/sweeps/write-mark.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { identifyRuns, type RunIdentity } from '../../server/store/training/identify-runs.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { inProcess } from '../helpers/in-process.ts';
import { dump, faultsOf, NO_FAULTS } from '../runner/merging.ts';
import { identities, lease, makePlan, makeSegment, RECORD, request, temporaryFolder } from './support.ts';

/** Called when everything is stored, and files are copied. */
const copying = vi.hoisted(() => ({ begins: (): void => {} }));
vi.mock(import('../../server/store/merging/copy-logs.ts'), async (original) => {
  const { copyLogs } = await original();
  return { copyLogs: (...given) => (copying.begins(), copyLogs(...given)) };
});

/** The control and an arm that forks from it at batch 50. */
const ARMS = [{ beta: 0 }, { beta: 0.2 }];
const SEEDS = [1, 2, 3, 4];

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

interface Trained {
  arms?: Parameters<typeof makePlan>[0];
  seeds?: number[];
  name?: string;
  /** Makes it a part of a sweep with `SEEDS`. */
  isPart?: boolean;
  /** The arms that were split, where the part was planned with others. */
  split?: Parameters<typeof makePlan>[0];
  engine?: string;
  data?: string;
  bits?: string | null;
  /** Runs of these seeds alone are trained; all where it is left out. */
  only?: number[];
  /** Where the trunk is cut. */
  cut?: number;
  /** So far the trunk is trained, and nothing behind it. */
  upTo?: number;
  /** Changes what is stored before the database is closed. */
  change?: (storage: Storage) => void;
}

/** Makes a database with one sweep whose arms share a trunk. @returns its file */
async function trained(file: string, options: Trained = {}): Promise<string> {
  const { arms = ARMS, seeds = [1, 2], name = 'study', engine = 'wasm', data = 'data', bits = null, only } = options;
  const path = join(folder, file);
  const storage = await openStorage({ file: path, create: true });
  const token = lease(storage);
  const plan = makePlan(arms, seeds, name);
  const { sweepId } = queueSweep(
    storage,
    request(plan, options.isPart ? { definition: partText(plan, options.split ?? arms) } : {}),
  );
  startSweep(storage, token, sweepId, engine);
  const wanted = identities(storage, sweepId, data, engine).map((run) => forked(run, options.cut ?? 50));
  const tasks = identifyRuns(storage, token, sweepId, wanted, false);
  const here = only === undefined ? tasks : tasks.filter(({ seed }) => only.includes(seed));
  const done = new Set<number>();
  for (const { runId, stages } of here) {
    for (const [i, stage] of stages.entries()) {
      if (done.has(stage.stageId) || (i > 0 && options.upTo !== undefined)) continue;
      done.add(stage.stageId);
      const to = options.upTo ?? stage.to;
      const isLast = i === stages.length - 1;
      const outcome = { state: 'complete', intraDead: null } as const;
      const ends = [
        { runId, record: { ...RECORD, bits }, outcome: isLast ? outcome : ({ state: 'waiting' } as const) },
      ];
      const checkpoint = writeCheckpoint(storage, stage.stageId, to);
      commitSegment(storage, token, {
        ...makeSegment(stage.stageId, stage.from, to, { ends, checkpoint }),
      });
      storage.raw.prepare('UPDATE "Stage" SET bits = ? WHERE id = ?').run(bits, stage.stageId);
    }
  }
  finishSweep(storage, token, sweepId, here.length === tasks.length && !options.upTo ? 'complete' : 'interrupted');
  options.change?.(storage);
  releaseLease(storage, token);
  await storage.close();
  return path;
}

function writeCheckpoint(storage: Storage, stageId: number, batch: number): StoredCheckpoint {
  const key = storage.raw.prepare('SELECT key FROM "Stage" WHERE id = ?').pluck().get(stageId) as string;
  const content = `what ${key} comes to after ${batch}`;
  const hash = createHash('sha256').update(content).digest('hex');
  const file = `${hash}.checkpoint`;
  claimCheckpointFolder(storage, () => {});
  writeFileSync(join(storage.checkpointFolder, file), content);
  return { batch, file, hash, size: content.length };
}

function forked(run: RunIdentity, cut: number): RunIdentity {
  const [whole] = run.stages as [RunIdentity['stages'][0]];
  const trunk = (to: number) => `trunk ${run.seed} ${run.engine} ${run.dataFingerprint} to ${to}`;
  return {
    ...run,
    stages: [
      { ...whole, key: trunk(cut), from: 0, to: cut },
      { ...whole, key: `rest of ${run.key}`, from: cut, to: 100 },
    ],
  };
}

/** The text of a part of a sweep that has `SEEDS`. */
function partText({ name, seeds }: Plan, arms: Parameters<typeof makePlan>[0]): string {
  const { planHash } = makePlan(arms, SEEDS, name);
  return JSON.stringify({ name, seeds, splitFrom: { of: 'study.json', number: 1, parts: 2, seeds: SEEDS, planHash } });
}

const merge = (into: string, ...parts: string[]) => inProcess(['merge', into, ...parts], folder);

function rows<T>(db: string, sql: string): T[] {
  const connection = new Database(db, { readonly: true });
  try {
    return connection.prepare(sql).all() as T[];
  } finally {
    connection.close();
  }
}

const RUNS = `SELECT w.name, s.seed, s.armIndex AS arm, r.state, r.edition, r.bits FROM "SweepRun" s
  JOIN "Sweep" w ON w.id = s.sweepId JOIN "Run" r ON r.id = s.runId ORDER BY s.sweepId, s.position`;

describe('what both have and is not the same is said, and nothing is stored', () => {
  const changes: [string, string, RegExp][] = [
    [
      'a point of a trunk',
      `UPDATE "Point" SET value = 7 WHERE stageId = 1 AND batch = 3`,
      /train\/total at batch 3 is 7 there and 2\.5 here/,
    ],
    [
      'a point of an arm',
      `UPDATE "Point" SET value = NULL WHERE stageId = 3 AND batch = 60`,
      /β0\.2, seed 1.* at batch 60 is not finite there/,
    ],
    [
      'final weights',
      `UPDATE "Checkpoint" SET hash = 'other' WHERE stageId = 2`,
      /β0, seed 1.* its state after batch 100 is another one/,
    ],
    [
      'how a run ended',
      `UPDATE "Run" SET state = 'diverged', divergedBatch = 99 WHERE id = 2`,
      /it is diverged at batch 99 there, complete here/,
    ],
  ];

  test.each(changes)('%s', async (_, sql, said) => {
    const all = await trained('all.db');
    const other = await trained('other.db', { change: ({ raw }) => raw.exec(sql) });
    const fine = await trained('fine.db', { seeds: [5], name: 'fine' });
    const before = dump(all);
    const { code, stderr } = await merge(all, fine, other);
    expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
    expect(dump(all)).toEqual(before);
    const none = await merge(join(folder, 'new.db'), all, other);
    expect(none.code).toBe(1);
    expect(['', '-wal', '.checkpoints'].filter((beside) => existsSync(join(folder, `new.db${beside}`)))).toEqual([]);
  });

  test('runs of other bits are no conflict: a seed is of one class, and both classes stay', async () => {
    const all = await trained('all.db', { bits: 'a', only: [1] });
    const other = await trained('other.db', {
      bits: 'b',
      change: ({ raw }) => raw.exec('UPDATE "Point" SET value = 1'),
    });
    const first = await merge(all, other);
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('2 runs of other bits')]);
    expect(rows(all, RUNS)).toMatchObject([
      { seed: 1, arm: 0, state: 'complete', edition: 0, bits: 'a' },
      { seed: 1, arm: 1, state: 'complete', edition: 0, bits: 'a' },
      { seed: 2, arm: 0, state: 'complete', edition: 0, bits: 'b' },
      { seed: 2, arm: 1, state: 'complete', edition: 0, bits: 'b' },
    ]);
    expect(rows(all, `SELECT DISTINCT edition, bits FROM "Stage" WHERE seed = 1 ORDER BY edition`)).toEqual([
      { edition: 0, bits: 'a' },
      { edition: 1, bits: 'b' },
    ]);
    const stored = dump(all);
    expect((await merge(all, other)).stderr).toContain('everything was here already');
    expect(dump(all)).toEqual(stored);
  });
});

describe('sweeps', () => {
  test('parts become the whole sweep, where nobody has trained the rest it is waiting', async () => {
    const one = await trained('one.db', { seeds: [1, 2], isPart: true });
    const two = await trained('two.db', { seeds: [4], isPart: true });
    const all = join(folder, 'all.db');
    // The folder of the definition is one of another machine.
    expect((await merge(all, one, two)).stdout).toBe(
      `s1 study: 6 of 8 runs, interrupted; \`cosweep run study.json --db ${all}\`, with the path that the definition ` +
        'has here, trains what is missing\n',
    );
    const waiting = rows<{ seed: number }>(all, RUNS).filter((run) => (run as { state?: string }).state === 'waiting');
    expect(waiting.map(({ seed }) => seed)).toEqual([3, 3]);
    const [sweep] = rows<{ definition: string; definitionPath: string; planHash: string; plan: string }>(
      all,
      'SELECT * FROM "Sweep"',
    );
    expect(JSON.parse(sweep!.definition)).toEqual({ name: 'study', seeds: SEEDS });
    expect(sweep).toMatchObject({
      definitionPath: '/study/study.json',
      planHash: makePlan(ARMS, SEEDS, 'study').planHash,
    });
    expect(JSON.parse(sweep!.plan)).toMatchObject({ seeds: SEEDS, batchesUnshared: 800, smallestP: { maxT: 0.125 } });
  });

  test('a sweep of the same name with another plan gets another name, and one that is contained gets its runs', async () => {
    const all = await trained('all.db', { only: [1] });
    const other = await trained('other.db', { arms: [{ beta: 0 }, { beta: 0.3 }] });
    const same = await trained('same.db', { arms: [{ beta: 0.2 }, { beta: 0 }], seeds: [2] });
    const { code, stderr } = await merge(all, other, same);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/s1 of .*other\.db is s2 here, under another name/)]);
    expect(rows(all, 'SELECT name, definedName, state FROM "Sweep"')).toEqual([
      { name: 'study', definedName: 'study', state: 'complete' },
      { name: 'study-2', definedName: 'study', state: 'complete' },
    ]);
    // The controls of seed 2 are the same computation: one run, which both sweeps have.
    expect(rows(all, 'SELECT count(*) AS runs FROM "Run"')).toEqual([{ runs: 6 }]);
    const stored = dump(all);
    await merge(all, same, other);
    expect(dump(all)).toEqual(stored);
  });

  test('parts of other engines, of other data, or with seeds of their own are refused', async () => {
    const one = await trained('one.db', { seeds: [1, 2], isPart: true });
    const refused = async (said: RegExp, options: Trained) => {
      const two = await trained(`${Object.keys(options)[0]}.db`, { seeds: [3, 4], isPart: true, ...options });
      const all = join(folder, 'all.db');
      const { code, stderr } = await merge(all, one, two);
      expect([code, stderr]).toEqual([expect.any(Number), expect.stringMatching(said)]);
      expect([code, existsSync(all)]).toEqual([expect.toSatisfy((n: number) => n > 0), false]);
    };
    await refused(/was trained on tensorflow, and s1 of .* on wasm; wanted .* the same --engine/, {
      engine: 'tensorflow',
    });
    await refused(/was trained on other data than the parts/, { data: 'others' });
    await refused(/it is a part of study\.json, which has no seed 9/, { seeds: [3, 9] });
  });

  test('parts that do not fit together are refused, and what differs is said', async () => {
    const one = await trained('one.db', { seeds: [1, 2], isPart: true });
    const all = join(folder, 'all.db');
    const other = await trained('other.db', {
      seeds: [3, 4],
      isPart: true,
      split: ARMS,
      arms: [{ beta: 0 }, { beta: 0.2, learningRate: 0.02 }],
    });
    const unlike = await merge(all, one, other);
    expect([unlike.code, unlike.stderr, existsSync(all)]).toEqual([
      2,
      expect.stringMatching(
        /has another arm β0\.2 \(.*learningRate 0\.02 instead of 0\.01\) than s1 of .*all\.db; wanted/,
      ),
      false,
    ]);

    const plan = makePlan([...ARMS, { beta: 0.4 }], [3, 4], 'study');
    const grown = await trained('grown.db', {
      seeds: [3, 4],
      isPart: true,
      change: (storage) =>
        extendSweep(storage, 1, {
          definition: partText(plan, ARMS),
          plan,
          extends: makePlan(ARMS, [3, 4], 'study').planHash,
          engine: null,
        }),
    });
    for (const order of [
      [one, grown],
      [grown, one],
    ])
      expect((await merge(all, ...order)).stderr).toMatch(
        /the arm β0\.4 was added to this part alone; extend the whole/,
      );

    const two = await trained('two.db', { seeds: [3, 4], isPart: true });
    const before = dump(one);
    const itself = await merge(one, two);
    expect([itself.code, itself.stderr]).toEqual([
      2,
      expect.stringMatching(/s1 there is itself part 1 of 2 of study; wanted a new file/),
    ]);
    expect(dump(one)).toEqual(before);
  });

  test('seeds of a whole sweep that were trained on other data are not mixed into the one that is here', async () => {
    const all = await trained('all.db', { only: [1] });
    const other = await trained('other.db', { data: 'others' });
    const before = dump(all);
    const { code, stderr } = await merge(all, other);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/its s1 \(study\) was trained on other data than .* s1 of/),
    ]);
    expect(dump(all)).toEqual(before);
    const apart = await trained('apart.db', { data: 'others', name: 'apart' });
    expect((await merge(all, apart)).code).toBe(0);
  });

  test('of a seed that is begun here no arm comes from a side of other bits that is less far', async () => {
    const arms = [...ARMS, { beta: 0.4 }];
    const plan = makePlan(arms, [1, 2], 'study');
    const grow = (storage: Storage): void =>
      extendSweep(storage, 1, {
        definition: 'extended',
        plan,
        extends: makePlan(ARMS, [1, 2], 'study').planHash,
        engine: null,
      });
    const all = await trained('all.db', { bits: 'a', change: grow });
    const other = await trained('other.db', { arms, bits: 'b', upTo: 30 });
    expect((await merge(all, other)).code).toBe(0);
    const begun = [1, 2].flatMap((seed) => [0, 1].map((arm) => ({ seed, arm, state: 'complete', bits: 'a' })));
    const fresh = [1, 2].map((seed) => ({ seed, arm: 2, state: 'waiting', bits: null, edition: 0 }));
    const byArm = rows<{ arm: number }>(all, RUNS).sort((x, y) => x.arm - y.arm);
    expect(byArm).toMatchObject([...begun.sort((x, y) => x.arm - y.arm), ...fresh]);
    expect(
      rows(all, 'SELECT count(*) AS n FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId WHERE key IS NULL'),
    ).toEqual([{ n: 2 }]);

    const further = await trained('further.db', { arms, bits: 'b' });
    await merge(all, further);
    expect(rows(all, RUNS).map((run) => (run as { bits: string }).bits)).toEqual(Array(6).fill('b'));
  });

  test('names, stars, tags and notes come over, and what is here stays', async () => {
    const remember = (note: string, tag: string) => (storage: Storage) => {
      writeMark(storage, { sweep: 1 }, { note, add: [tag] });
      writeMark(storage, { sweep: 1, arm: 1 }, { star: true });
      writeMark(storage, { run: 1 }, { add: [tag] });
    };
    const one = await trained('one.db', { seeds: [1], isPart: true, change: remember('the first', 'a') });
    const two = await trained('two.db', {
      seeds: [2],
      isPart: true,
      change: (storage) => (remember('the second', 'b')(storage), renameSweep(storage, 1, 'mine')),
    });
    const all = join(folder, 'all.db');
    await merge(all, one, two);
    expect(
      rows(
        all,
        `SELECT k.sweepId, k.armKey IS NOT NULL AS isArm, k.runId, k.star, k.note,
        (SELECT group_concat(tag ORDER BY tag) FROM "MarkTag" t WHERE t.markId = k.id) AS tags FROM "Mark" k`,
      ),
    ).toEqual([
      { sweepId: 1, isArm: 0, runId: null, star: 0, note: 'the first', tags: 'a,b' },
      { sweepId: 1, isArm: 1, runId: null, star: 1, note: null, tags: null },
      { sweepId: null, isArm: 0, runId: expect.any(Number), star: 0, note: null, tags: 'a' },
      { sweepId: null, isArm: 0, runId: expect.any(Number), star: 0, note: null, tags: 'b' },
    ]);
    expect(rows(all, 'SELECT name FROM "Sweep"')).toEqual([{ name: 'study' }]);
  });
});

test('what audits have found in the parts is said of the whole, each stage once', async () => {
  const found = (audit: string) => (storage: Storage) =>
    void storage.raw.prepare('UPDATE "Sweep" SET audit = ?').run(audit);
  const one = await trained('one.db', { seeds: [1], isPart: true, change: found('g1 differs; g2 differs') });
  const two = await trained('two.db', { seeds: [2], isPart: true, change: found('g2 differs; g7 differs') });
  const all = join(folder, 'all.db');
  for (let twice = 0; twice < 2; twice++) {
    await merge(all, one, two);
    expect(rows(all, 'SELECT audit FROM "Sweep"')).toEqual([{ audit: 'g1 differs; g2 differs; g7 differs' }]);
  }
});

test('trunks that were cut at other batches become one, where the one that is here is at its end', async () => {
  const arms = [{ beta: 0 }, { beta: 0.2 }, { beta: 0.4 }];
  const here = await trained('here.db', { seeds: [1] });
  const there = await trained('there.db', { seeds: [1], arms, change: cutAt20 });
  await merge(here, there);
  const paths = rows(
    here,
    `SELECT p.runId, group_concat(g.fromBatch || '-' || g.toBatch, ' ' ORDER BY p.position) AS path
    FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId GROUP BY p.runId`,
  );
  expect(paths.map((run) => (run as { path: string }).path)).toEqual(['0-50 50-100', '0-50 50-100', '0-50 50-100']);

  const open = await trained('open.db', { seeds: [1], upTo: 30 });
  const before = dump(open);
  const refused = await merge(open, there);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/same trunk of seed 1 up to batch 50, cut at other/),
  ]);
  expect(dump(open)).toEqual(before);
});

function otherPoint({ raw }: Storage): void {
  raw.exec('UPDATE "Point" SET value = 7 WHERE stageId = 1 AND batch = 3');
}

test('a trunk that nobody has begun here gets the cuts of the other one', async () => {
  const begun = await trained('begun.db', { seeds: [1], change: cutAt20 });
  const here = await trained('here.db', { seeds: [1, 2], only: [] });
  const { code, stderr } = await merge(here, begun);
  expect([code, stderr]).toEqual([0, expect.stringContaining('2 new runs')]);
  expect(rows(here, RUNS)).toMatchObject([
    { seed: 1, arm: 0, state: 'complete' },
    { seed: 1, arm: 1, state: 'complete' },
    { seed: 2, arm: 0, state: 'waiting' },
    { seed: 2, arm: 1, state: 'waiting' },
  ]);
  const path = 'SELECT fromBatch, toBatch FROM "Stage" WHERE seed = 1 ORDER BY fromBatch, id';
  expect(rows(here, path)).toEqual(rows(begun, path));
  expect(faultsOf(here)).toEqual(NO_FAULTS);
});

test('logs that cannot be copied are said, and nothing about a training', async () => {
  const logged = (storage: Storage): void => {
    claimLogFolder(storage);
    writeFileSync(join(logFolderOf(storage), 'stage-1-1.log'), 'a line');
  };
  const part = await trained('part.db', { change: logged });
  const other = await trained('other.db', { change: logged });
  renameSync(`${other}.logs`, join(folder, 'all.db.logs'));
  const { code, stderr } = await merge(join(folder, 'all.db'), part);
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/Not everything beside .*part\.db was copied: Cannot write logs to .* of another database/),
  ]);
  expect(stderr).not.toContain('training');
});

/** The trunk's first 20 batches become a stage of their own. */
function cutAt20({ raw }: Storage): void {
  const trunk = raw.prepare('SELECT id FROM "Stage" WHERE fromBatch = 0').pluck().get();
  raw.exec(`INSERT INTO "Stage" (id, key, fromBatch, toBatch, batch, seed, params) VALUES (99, 'first', 0, 20, 20, 1, '{}');
    UPDATE "RunStage" SET position = position + 10;
    UPDATE "RunStage" SET position = position - 9;
    INSERT INTO "RunStage" SELECT runId, 0, 99 FROM "RunStage" WHERE stageId = ${trunk};
    UPDATE "Stage" SET fromBatch = 20, parentId = 99 WHERE id = ${trunk};
    UPDATE "Point" SET stageId = 99 WHERE stageId = ${trunk} AND batch < 20`);
}

describe('databases that cannot be merged are said, and nothing is made', () => {
  const outcome = async (...parts: string[]) => {
    const all = join(folder, 'all.db');
    const { code, stderr } = await merge(all, ...parts);
    expect(existsSync(all)).toBe(false);
    expect(stderr).not.toMatch(/bug of Cosweep/);
    return [code, stderr];
  };

  test('one that is named twice, by a link too, or is the one that gets everything', async () => {
    const one = await trained('one.db');
    linkSync(one, join(folder, 'link.db'));
    expect(await outcome(one, join(folder, 'link.db'))).toEqual([2, expect.stringContaining('it is named twice')]);
    expect((await merge(one, one)).stderr).toContain('it is that database itself');
    expect((await inProcess(['--db', one, 'merge', one, one], folder)).stderr).toContain('Cannot merge with --db');
  });

  test('one that is not there, is none, is of another program, or of a newer Cosweep', async () => {
    const one = await trained('one.db');
    expect(await outcome(one, 'none.db')).toEqual([2, expect.stringContaining('there is no such file')]);
    writeFileSync(join(folder, 'diary.db'), 'Dear diary, '.repeat(999));
    expect(await outcome(one, 'diary.db')).toEqual([2, expect.stringContaining('not an SQLite database')]);
    const foreign = new Database(join(folder, 'foreign.db'));
    foreign.exec('CREATE TABLE mail (id)');
    foreign.close();
    expect(await outcome(one, 'foreign.db')).toEqual([2, expect.stringContaining('of another program')]);
    const newer = await trained('newer.db', {
      change: ({ raw }) =>
        raw.exec(`UPDATE _prisma_migrations SET migration_name = '9999_later'
        WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`),
    });
    expect(await outcome(one, newer)).toEqual([2, expect.stringContaining('is newer than this Cosweep knows')]);
  });

  test('what a database that was moved has left beside its place stays', async () => {
    const [one, two] = [await trained('one.db'), await trained('two.db', { change: otherPoint })];
    const left = ['all.db.logs/stage-1-1.log', 'all.db.programs/mine/train.py', 'all.db.checkpoints/owner'];
    for (const file of left) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), 'of the other one');
    }
    await outcome(one, two);
    expect(left.map((file) => readFileSync(join(folder, file), 'utf8'))).toEqual(Array(3).fill('of the other one'));
  });

  test('a damaged one', async () => {
    const db = await trained('damaged.db');
    const bytes = readFileSync(db);
    const said = new Set<unknown>();
    for (const page of [1, 5, 9, 20, Math.floor(bytes.length / 4096) - 1]) {
      writeFileSync(db, Buffer.from(bytes).fill(0, page * 4096, (page + 1) * 4096));
      const [code, stderr] = await outcome(db);
      said.add(code);
      expect(stderr).toMatch(/is damaged/);
    }
    expect([...said]).toEqual([1]);
  });

  test('one that is being trained, as a part and as the one that gets everything', async () => {
    const [one, two] = [await trained('one.db'), await trained('two.db', { seeds: [3] })];
    const storage = await openStorage({ file: one, create: false });
    const token = lease(storage);
    storage.raw.prepare(`UPDATE "Lease" SET machine = 'elsewhere', host = 'elsewhere'`).run();
    const words = 'process \\d+ on elsewhere trains on it; wait until it is done, or stop it';
    expect(await outcome(one)).toEqual([1, expect.stringMatching(words)]);
    expect([(await merge(one, two)).stderr, dump(one)]).toEqual([expect.stringMatching(words), dump(one)]);
    releaseLease(storage, token);
    await storage.close();
  });
});

test('one of an older schema is merged from a copy, and stays byte for byte as it is', async () => {
  const old = join(folder, 'old.db');
  const connection = new Database(old);
  connection.exec(readFileSync(new URL('../fixtures/schemas/0.1.0.sql', import.meta.url), 'utf8'));
  connection.close();
  const bytes = readFileSync(old);
  const all = join(folder, 'all.db');
  const { code, stderr } = await merge(all, old);
  expect([code, stderr]).toEqual([0, expect.stringContaining('is read from a private copy')]);
  expect(readFileSync(old).equals(bytes)).toBe(true);
  const curves = 'SELECT seed, batch, state FROM "Run" ORDER BY key';
  expect(rows(all, curves)).toEqual(rows(old, curves));
  expect(rows(all, 'SELECT count(*) AS n, sum(value) AS s FROM "Point"')).toEqual(
    rows(old, 'SELECT count(*) AS n, sum(value) AS s FROM "Point"'),
  );
});

test('a signal that comes when everything is stored does not say that nothing is', async () => {
  const all = join(folder, 'all.db');
  copying.begins = () => void process.emit('SIGINT');
  onTestFinished(() => void (copying.begins = () => {}));
  const { code, stderr } = await merge(all, await trained('one.db'));
  expect([code, stderr]).toEqual([0, expect.stringContaining('everything is stored already; logs and programs are')]);
  expect(stderr).not.toContain('nothing is going to be stored');
  expect(rows(all, 'SELECT count(*) AS runs FROM "Run"')).toEqual([{ runs: 4 }]);
});

describe('a process that held the database and cannot be looked up', () => {
  test('is watched, and the merge takes over from it', async () => {
    const { merging, storage, said } = await begin({ pace: 1000 });
    expect(await merging).toMatchObject([{ runs: { made: 6 } }]);
    expect(said).toEqual([
      expect.stringMatching(/^Process 7 on before trains on .*all\.db, but .* 1970-01-01.* this merge takes over$/),
    ]);
    expect(storage.raw.prepare('SELECT holder FROM "Lease"').pluck().get()).toBe(null);
  });

  test('is waited for until a signal, and then nothing is stored', async () => {
    const { merging, storage, stop, said, before } = await begin({ pace: 0 });
    await vi.waitFor(() => expect(said).toHaveLength(1));
    stop.abort();
    await expect(merging).rejects.toThrow(MergeStopped);
    expect(dump(storage.file)).toEqual(before);
  });

  /** @param pace milliseconds that pass from one look to the next */
  async function begin({ pace }: { pace: number }) {
    const all = await trained('all.db');
    const parts = await openParts([await trained('more.db', { seeds: [7, 8, 9], name: 'more' })], all, () => {});
    const storage = await openStorage({ file: all, create: false });
    onTestFinished(async () => (await storage.close(), closeParts(parts)));
    storage.raw.exec(
      `UPDATE "Lease" SET holder = 'gone', machine = 'before', host = 'before', pid = 7, heartbeatAt = 1000`,
    );
    const [stop, said, before] = [new AbortController(), [] as string[], dump(all)];
    let now = 0;
    const merging = mergeDatabases(
      {
        storage,
        parts,
        command: 'a test',
        tell: (message) => said.push(message),
        progress: () => {},
        stored: () => {},
        stop: stop.signal,
      },
      { watch: new HolderWatch(() => (now += pace)), every: 1 },
    );
    return { merging, storage, stop, said, before };
  }
});

test('what is stopped on its way stores nothing, and gives the lease back', async () => {
  const all = await trained('all.db');
  const parts = await openParts([await trained('more.db', { seeds: [7, 8, 9], name: 'more' })], all, () => {});
  const storage = await openStorage({ file: all, create: false });
  const before = dump(all);
  const stop = new AbortController();
  const merging = mergeDatabases({
    storage,
    parts,
    command: 'a test',
    tell: () => {},
    progress: () => stop.abort(),
    stored: () => expect.unreachable(),
    stop: stop.signal,
  });
  await expect(merging).rejects.toThrow(MergeStopped);
  expect(dump(all)).toEqual(before);
  lease(storage);
  await storage.close();
  await closeParts(parts);
});
