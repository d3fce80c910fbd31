import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStorage } from '../../server/store/database/storage.ts';
import { inProcess } from '../helpers/in-process.ts';
import { describeWithPython } from '../helpers/python.ts';
import { definition } from '../http/plan-text.ts';
import { accuracyAt, storeTrainedSweep, totalAt } from '../http/trained-sweep.ts';
import { passOn, startMlflow, type MlflowServer } from './mlflow-server.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

interface Run {
  info: { run_id: string; run_name: string; status: string; end_time: number; experiment_id: string };
  data: Record<'metrics' | 'params' | 'tags', { key: string; value: string | number }[]>;
}

describeWithPython('a real MLflow server', (python) => {
  let folder: string;
  let mlflow: MlflowServer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-mlflow-'));
    for (const when of ['early', 'late']) mkdirSync(join(folder, when));
    const storage = await openStorage({ file: join(folder, 'late', 'cosweep.db'), create: true });
    storeTrainedSweep(storage, { ...definition, metrics: { 'val/top@5': { goal: 'minimize' } } });
    await storage.close();
    copyFileSync(join(folder, 'late', 'cosweep.db'), join(folder, 'early', 'cosweep.db'));
    makeEarlier(join(folder, 'early', 'cosweep.db'));
    mlflow = await startMlflow(python, folder);
  });
  afterAll(() => {
    mlflow.stop();
    rmSync(folder, { recursive: true });
  });

  const sync = async (when: 'early' | 'late', ...more: string[]) => {
    const ended = await inProcess(
      ['--json', '--quiet', 'sync', 's1', '--to', 'mlflow', mlflow.url, ...more],
      join(folder, when),
    );
    expect(ended.stderr).toBe('');
    return JSON.parse(ended.stdout);
  };
  const runsOf = async (experiment: string) => {
    const { runs } = await mlflow.ask('runs/search', { experiment_ids: [experiment], max_results: 100 });
    return new Map((runs as Run[]).map((run) => [run.info.run_name, run]));
  };
  const history = async ({ info }: Run, metric: string) => {
    const query = new URLSearchParams({ run_id: info.run_id, metric_key: metric });
    const { metrics } = await mlflow.ask(`metrics/get-history?${query}`);
    return (metrics as { step: number; value: number | string }[]).map(({ step, value }) => [step, value]);
  };
  const valueOf = ({ data }: Run, what: 'params' | 'tags', name: string) =>
    data[what].find(({ key }) => key === name)?.value;

  test('gets every run with its parameters, points and state, and what is new the next time', async () => {
    // 2 runs have not begun, and 1 has trained half of its batches
    const first = await sync('early');
    expect(first).toMatchObject({ sweep: 's1', runs: 16, created: 16, renamed: { 'val/top@5': 'val/top_5_11ec8a' } });
    const early = await runsOf(first.experiment);
    const half = early.get('noIntra seed 3')!;
    expect(half.info.status).toBe('SCHEDULED');
    expect(await history(half, 'train/total')).toHaveLength(20);

    const second = await sync('late');
    expect(second).toMatchObject({ experiment: first.experiment, runs: 18, created: 2 });
    const runs = await runsOf(first.experiment);
    expect(runs.size).toBe(18);
    expect(runs.get('noIntra seed 3')!.info.run_id).toBe(half.info.run_id);
    for (const [name, arm, seed] of [
      ['noIntra seed 3', 2, 3],
      ['β0.4 seed 2', 1, 2],
    ] as const) {
      const run = runs.get(name)!;
      expect(run.info.status).toBe('FINISHED');
      expect(run.info.end_time).toBeGreaterThan(0);
      expect(await history(run, 'train/total')).toEqual(
        Array.from({ length: 40 }, (_, batch) => [batch, totalAt(seed, batch)]),
      );
      expect(await history(run, 'val/accuracy')).toEqual(
        [0, 10, 20, 30, 40].map((batch) => [batch, accuracyAt(arm, seed, batch)]),
      );
    }
    expect(valueOf(runs.get('β0.4 seed 2')!, 'params', 'beta')).toBe('0.4');
    expect(valueOf(runs.get('noIntra seed 3')!, 'params', 'N')).toBeUndefined();
    expect(valueOf(runs.get('noIntra seed 3')!, 'tags', 'cosweep.control')).toBe('true');

    const third = await sync('late');
    expect(third).toMatchObject({ runs: 18, created: 0, points: 0 });
    expect((await runsOf(first.experiment)).size).toBe(18);
  });

  test('a value that was not finite is NaN there, and the run has failed', async () => {
    const { experiment } = await sync('late');
    const run = (await runsOf(experiment)).get('β0.4 seed 5')!;
    expect(run.info.status).toBe('FAILED');
    expect(valueOf(run, 'tags', 'cosweep.error')).toMatch(/not finite in batch 29/);
    const points = await history(run, 'train/total');
    expect(points).toHaveLength(30);
    expect(points.at(-1)).toEqual([29, 'NaN']);
  });

  test('tags follow, and what is deleted there stays so', async () => {
    const { experiment } = await sync('late');
    const cwd = join(folder, 'late');
    const id = (await runsOf(experiment)).get('β0.2 seed 0')!.info.run_id;
    const tagOf = async (name: string) => {
      const { run } = await mlflow.ask(`runs/get?run_id=${id}`);
      return valueOf(run, 'tags', name);
    };
    const ours = String(await tagOf('cosweep.run')).split(' ')[0]!;
    await inProcess(['tag', ours, '+odd'], cwd);
    await sync('late');
    expect(await tagOf('cosweep.tags')).toBe('odd');
    await inProcess(['tag', ours, '--', '-odd'], cwd);
    await mlflow.ask('runs/set-tag', { run_id: id, key: 'mine', value: 'kept' });
    await sync('late');
    expect([await tagOf('cosweep.tags'), await tagOf('mine')]).toEqual([undefined, 'kept']);

    await mlflow.ask('runs/delete', { run_id: id });
    expect(await sync('late')).toMatchObject({ runs: 17, created: 0, deleted: 1 });
    expect((await runsOf(experiment)).size).toBe(17);
  });

  test('a sweep with another name goes on in its experiment, and runs that it has no more say so', async () => {
    const cwd = join(folder, 'late');
    const { experiment, runs, deleted } = await sync('late');
    await inProcess(['rename', 's1', 'called otherwise'], cwd);
    expect(await sync('late')).toMatchObject({ experiment, runs, created: 0, points: 0, replaced: 0, deleted });
    const stray = { run_id: '', key: 'cosweep.run', value: 'r9999' };
    const { run } = (await mlflow.ask('runs/create', {
      experiment_id: experiment,
      tags: [...(await runsOf(experiment)).values()][0]!.data.tags.filter(({ key }) => key !== 'cosweep.run'),
    })) as { run: Run };
    await mlflow.ask('runs/set-tag', { ...stray, run_id: run.info.run_id });
    expect(await sync('late')).toMatchObject({ created: 0, points: 0, replaced: 1 });
    const { run: marked } = (await mlflow.ask(`runs/get?run_id=${run.info.run_id}`)) as { run: Run };
    expect(valueOf(marked, 'tags', 'cosweep.state')).toBe('replaced');
    await mlflow.ask('runs/delete', { run_id: run.info.run_id });
    await inProcess(['rename', 's1', '--back'], cwd);
  });

  test('a sync that was cut anywhere is completed by the next one, and nothing is there twice', async () => {
    for (const requests of [2, 9, 30]) {
      const experiment = `cut after ${requests}`;
      const cut = await passOn(mlflow.url, requests);
      const args = ['sync', 's1', '--to', 'mlflow', cut, '--experiment', experiment];
      const { code, stderr } = await inProcess(args, join(folder, 'late'));
      expect(code).toBe(1);
      expect(stderr).toMatch(/the connection was cut/);
      const whole = await sync('late', '--experiment', experiment);
      const runs = await runsOf(whole.experiment);
      expect([...runs.values()].map(({ info }) => info.status).sort()).toEqual([
        ...new Array<string>(2).fill('FAILED'),
        ...new Array<string>(16).fill('FINISHED'),
      ]);
      for (const run of runs.values()) expect(valueOf(run, 'params', 'alpha')).toBe('0.5');
      const first = await history(runs.get('β0.2 seed 0')!, 'train/total');
      expect(first).toEqual(Array.from({ length: 40 }, (_, batch) => [batch, totalAt(0, batch)]));
      expect(await sync('late', '--experiment', experiment)).toMatchObject({ runs: 18, created: 0, points: 0 });
    }
  });

  test('--experiment and --metric choose, and a deleted experiment is named', async () => {
    const { experiment, points } = await sync('late', '--experiment', 'of one metric', '--metric', 'val/accuracy');
    expect(points).toBe(16 * 5 + 4);
    await mlflow.ask('experiments/delete', { experiment_id: experiment });
    const args = ['sync', 's1', '--to', 'mlflow', mlflow.url, '--experiment', 'of one metric'];
    const { code, stderr } = await inProcess(args, join(folder, 'late'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/its experiment "of one metric" is deleted there; wanted it restored, or another name/);
  });

  test('the server says what it does not take, and that is told', async () => {
    const args = ['sync', 's1', '--to', 'mlflow', mlflow.url, '--experiment', 'x'.repeat(600)];
    const { code, stderr } = await inProcess(args, join(folder, 'late'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Cannot sync to MLflow at http:.*: it answers 400 INVALID_PARAMETER_VALUE: .*\n$/);
  });
});

/** The same database some time before: two runs have not begun, and another has trained 20 of its 40 batches. */
function makeEarlier(file: string): void {
  const db = new Database(file);
  const runId = (arm: number, seed: number) =>
    db.prepare('SELECT runId FROM "SweepRun" WHERE armIndex = ? AND seed = ?').pluck().get(arm, seed) as number;
  for (const seed of [3, 4]) {
    const fresh = `UPDATE "Run" SET state = 'waiting', batch = 0, startedAt = NULL, finishedAt = NULL WHERE id = ?`;
    const points = 'DELETE FROM "Point" WHERE stageId IN (SELECT stageId FROM "RunStage" WHERE runId = ?)';
    for (const sql of [fresh, points]) db.prepare(sql).run(runId(0, seed));
  }
  const half = runId(2, 3);
  db.prepare(`UPDATE "Run" SET state = 'waiting', batch = 20, finishedAt = NULL WHERE id = ?`).run(half);
  db.prepare(
    'DELETE FROM "Point" WHERE batch >= 20 AND stageId IN (SELECT stageId FROM "RunStage" WHERE runId = ?)',
  ).run(half);
  db.close();
}
