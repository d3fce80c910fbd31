import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Storage } from '../../server/store/database/storage.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { planText } from '../http/plan-text.ts';
import { ask, doctorAnswer, startTestServer } from '../http/running-server.ts';
import { cosweepJson } from '../helpers/cosweep.ts';
import { temporaryFolder } from './study.ts';
import { copyOfTrained } from './undisturbed.ts';

vi.setConfig({ testTimeout: 900_000 });

/** The contract: what other programs read by these names. Columns are only ever added, at the end. */
const COLUMNS = {
  runs: [
    ...['sweep_id', 'sweep', 'arm_index', 'arm', 'ablation', 'control', 'control_index'],
    ...['alpha', 'beta', 'gamma', 'epsilon', 'N', 'swept', 'seed', 'run_id', 'state', 'reused'],
    ...['engine', 'device', 'bits', 'trained', 'batches', 'seconds', 'diverged_batch', 'error'],
    ...['started_at', 'finished_at'],
  ],
  curves: ['run_id', 'metric', 'batch', 'value'],
  pairs: [
    ...['sweep_id', 'sweep', 'arm_index', 'arm', 'control_index', 'control', 'seed', 'run_id', 'control_run_id'],
    ...['metric', 'value', 'control_value', 'difference'],
  ],
};

/** Two switch batches and three ε, of which some stay one computation for long. */
const STUDY = { N: [0, 60], epsilon: [0.02, 0.1, 1.5], seeds: 2, small: true };

async function openTrained(): Promise<{ db: string; storage: Storage }> {
  const { db } = await copyOfTrained(temporaryFolder(), STUDY);
  const storage = await openStorage({ file: db, create: false });
  onTestFinished(() => storage.close());
  return { db, storage };
}

test('the views have the columns of the contract, and the documentation describes each', async () => {
  const { storage } = await openTrained();
  const page = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');
  for (const [view, columns] of Object.entries(COLUMNS)) {
    expect(storage.raw.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').pluck().all(view)).toEqual(
      columns,
    );
    const section = page.split(/^## /m).find((part) => part.startsWith(`\`${view}\``))!;
    const described = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    expect(described).toEqual(columns);
  }
});

test('`runs` says what `cosweep runs` says', async () => {
  const { db, storage } = await openTrained();
  const told = await cosweepJson<RunRow[]>(['runs', 'latest'], { db });
  const rows = storage.raw.prepare('SELECT * FROM runs ORDER BY arm_index, seed').all() as Record<string, unknown>[];
  expect(told).toHaveLength(14);
  expect(rows).toMatchObject(
    told.map(({ run, arm, armName, control, seed, params, state, engine, device, bits, seconds, error }) => {
      const { alpha, beta, gamma, epsilon, N, ...swept } = params;
      return {
        ...{ sweep_id: 1, sweep: 'study', run_id: Number(run.slice(1)), arm_index: arm, arm: armName },
        ...{
          control: Number(control),
          seed,
          alpha,
          beta,
          gamma,
          epsilon,
          N,
          state,
          engine,
          device,
          bits,
          seconds,
          error,
        },
        ...{ swept: JSON.stringify(swept), trained: 120, batches: 120, reused: 0, diverged_batch: null },
        ...{ started_at: expect.stringMatching(/^20\d\d-.*Z$/), finished_at: expect.stringMatching(/^20\d\d-.*Z$/) },
      };
    }),
  );
});

test('`curves` has every point of `cosweep curves`: trunks joined in, each run with its own ε', async () => {
  const { db, storage } = await openTrained();
  const told = await cosweepJson<CurveRow[]>(['curves', 'latest'], { db });
  const rows = storage.raw.prepare('SELECT * FROM curves ORDER BY run_id, metric, batch').all() as {
    run_id: number;
    metric: string;
    batch: number;
    value: number | null;
  }[];
  expect(rows.length).toBeGreaterThan(10_000);
  const key = (run: number, metric: string, batch: number, value: number | null): string =>
    `${run} ${metric} ${batch} ${value}`;
  const wanted = told.map(({ run, metric, batch, value }) => key(Number(run.slice(1)), metric, batch, value));
  expect(rows.map(({ run_id, metric, batch, value }) => key(run_id, metric, batch, value)).sort()).toEqual(
    wanted.sort(),
  );
  // Runs that share their stages differ where a metric depends on ε.
  const totals = storage.raw
    .prepare(
      `SELECT count(DISTINCT value) FROM curves JOIN runs USING (run_id)
      WHERE metric = 'train/truncated' AND batch = 61 AND seed = 1 AND N = 60`,
    )
    .pluck()
    .get();
  expect(totals).toBe(3);
});

test('`pairs` has the differences that `cosweep runs` and the API give', async () => {
  const { db, storage } = await openTrained();
  const { server, close } = await startTestServer({
    context: {
      storage,
      actions: {
        startRun: async () => {},
        plan: async (text: string) => planText(text),
        doctor: async () => doctorAnswer,
        lastDoctor: () => null,
      },
    },
  });
  onTestFinished(close);
  const metrics = ['val/accuracy', 'val/crossEntropy', 'train/total'];
  for (const metric of metrics) {
    const rows = storage.raw
      .prepare('SELECT * FROM pairs WHERE metric = ? ORDER BY arm_index, seed')
      .all(metric) as Record<string, number>[];
    expect(rows).toHaveLength(12);
    const told = await cosweepJson<Record<string, number>[]>(
      ['runs', 'latest', '--columns', `id,seed,arm,delta(${metric}),last(${metric})`, '--filter', 'not control'],
      { db },
    );
    expect(told.sort((a, b) => a['arm']! - b['arm']! || a['seed']! - b['seed']!)).toEqual(
      rows.map(({ run_id, seed, arm_index, difference, value }) => ({
        ...{ id: `r${run_id}`, seed, arm: arm_index },
        ...{ [`delta(${metric})`]: difference, [`last(${metric})`]: value },
      })),
    );
    const { text } = await ask(server.port, `/api/sweeps/s1/pairs?metric=${metric}`);
    const { pairs } = JSON.parse(text) as { pairs: Record<string, unknown>[] };
    expect(pairs).toMatchObject(
      rows.map((row) => ({
        ...{ seed: row['seed'], arm: row['arm_index'], armName: row['arm'], run: `r${row['run_id']}` },
        ...{ control: row['control_index'], controlName: row['control'], controlRun: `r${row['control_run_id']}` },
        ...{ value: row['value'], controlValue: row['control_value'], difference: row['difference'] },
      })),
    );
  }
});

interface RunRow {
  run: string;
  arm: number;
  armName: string;
  control: boolean;
  seed: number;
  params: Record<string, unknown>;
  state: string;
  engine: string;
  device: string;
  bits: string | null;
  seconds: number;
  error: string | null;
}

interface CurveRow {
  run: string;
  metric: string;
  batch: number;
  value: number | null;
}
