import { expect, test, vi } from 'vitest';
import Database from 'better-sqlite3';
import { describeWithTensorflow } from '../helpers/engines.ts';
import { fewerInstructions } from '../helpers/fewer-instructions.ts';
import { start } from '../helpers/cosweep.ts';
import { temporaryFolder, type Study } from '../runner/study.ts';
import { several, type Several } from './several.ts';

const study: Study = { beta: [0.3], N: [0, 60], seeds: 4, small: true };

describeWithTensorflow('two classes of bits on one machine', () => {
  test.skipIf(fewerInstructions === null)('never mix within a seed', async () => {
    const all = several(study);
    const head = all.startHead('--engine', 'tensorflow', '--workers', '1');
    await head.says('cosweep worker --join');
    const workers = [startOn(all, null), startOn(all, fewerInstructions)];
    expect(await head.ended).toMatchObject({ code: 0 });
    for (const worker of workers) expect(await worker.ended).toMatchObject({ code: 0 });
    const bySeed = bitsBySeed(all.db);
    expect(bySeed.size).toBe(4);
    for (const bits of bySeed.values()) expect(bits.size).toBe(1);
    expect(new Set([...bySeed.values()].flatMap((bits) => [...bits])).size).toBe(2);
  });

  test.skipIf(fewerInstructions === null)('--move-seeds trains anew what another class has begun', async () => {
    const all = several(study);
    let head = all.startHead('--engine', 'tensorflow');
    await head.says('cosweep worker --join');
    const first = startOn(all, fewerInstructions);
    await head.says('(2 of 12)');
    head.signal('SIGTERM');
    await head.ended;
    await first.ended;
    const before = bitsBySeed(all.db);
    vi.stubEnv('COSWEEP_LOCK', '5');
    head = all.startHead('--engine', 'tensorflow', '--move-seeds');
    await head.says('cosweep worker --join');
    const second = startOn(all, null);
    expect(await head.ended).toMatchObject({ code: 0 });
    expect(await second.ended).toMatchObject({ code: 0 });
    vi.unstubAllEnvs();
    const finished = new Set([...before.values()].flatMap((bits) => [...bits]));
    for (const bits of bitsBySeed(all.db).values()) expect(bits.size).toBe(1);
    const now = new Set([...bitsBySeed(all.db).values()].flatMap((bits) => [...bits]));
    expect(now.size).toBeGreaterThanOrEqual(1);
    expect([...now].some((bits) => !finished.has(bits))).toBe(true);
  });
});

/** A worker that is kept to these instructions. */
function startOn({ join }: Several, instructions: string | null) {
  if (instructions !== null) vi.stubEnv('ONEDNN_MAX_CPU_ISA', instructions);
  // What a worker found out of its bits is not for the other one.
  vi.stubEnv('COSWEEP_CACHE', temporaryFolder());
  try {
    return start(['worker', '--join', join, '--engine', 'tensorflow', '--slots', '1'], { cwd: temporaryFolder() });
  } finally {
    vi.unstubAllEnvs();
  }
}

/** By seed: the signatures of everything that its runs in the sweep were trained with. */
function bitsBySeed(db: string): Map<number, Set<string>> {
  const connection = new Database(db, { readonly: true });
  try {
    const rows = connection
      .prepare(
        `SELECT DISTINCT r.seed, g.bits FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
        JOIN "RunStage" p ON p.runId = r.id JOIN "Stage" g ON g.id = p.stageId WHERE g.batch > g.fromBatch`,
      )
      .all() as { seed: number; bits: string }[];
    const bySeed = new Map<number, Set<string>>();
    for (const { seed, bits } of rows) bySeed.set(seed, (bySeed.get(seed) ?? new Set()).add(bits));
    return bySeed;
  } finally {
    connection.close();
  }
}
