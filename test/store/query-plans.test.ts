import { expect, test } from 'vitest';
import { changesSince } from '../../server/store/database/changes.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { readArmScores } from '../../server/store/reading/arm-scores.ts';
import { finalWeights } from '../../server/store/reading/final-weights.ts';
import { readLazyResults } from '../../server/store/reading/lazy-results.ts';
import { listMachines } from '../../server/store/reading/list-machines.ts';
import { listRuns } from '../../server/store/reading/list-runs.ts';
import { listStages } from '../../server/store/reading/list-stages.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { readArtefact } from '../../server/store/reading/read-artefact.ts';
import { lastBatch } from '../../server/store/reading/last-batch.ts';
import { readCurve, readPaths } from '../../server/store/reading/read-curve.ts';
import { extremesReader } from '../../server/store/reading/read-extremes.ts';
import { readMarks, readRunMarks } from '../../server/store/reading/read-marks.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { readRun } from '../../server/store/reading/read-run.ts';
import { readSweep } from '../../server/store/reading/read-sweep.ts';
import { storedAsRunning } from '../../server/store/reading/seen-state.ts';
import { readRunEnergies } from '../../server/store/reading/read-usage.ts';
import { readSweepVersion } from '../../server/store/reading/sweep-version.ts';
import { noteWorkers, type NotedWorker } from '../../server/store/training/note-workers.ts';
import { begin, lease, makePlan, newStorage } from './support.ts';

/** Tables that have a row for each run, stage or point: pages never go through all of one. */
const LARGE = [
  'Run',
  'SweepRun',
  'RunStage',
  'Stage',
  'StageMetric',
  'Point',
  'Artefact',
  'Checkpoint',
  'Arm',
  'StageUsage',
];

const WORKER: NotedWorker = {
  ...{ id: 'a', host: 'a', pid: 1, slots: 1, engine: 'wasm', machine: null, bits: null, reason: null },
  ...{ state: 'training', stages: [1], cameAt: 1, heardAt: 1 },
};

/** Each reading that pages ask for. */
const READINGS: Record<string, (storage: Storage) => unknown> = {
  'list of sweeps': (storage) => listSweeps(storage, { limit: 50 }),
  sweep: (storage) => readSweep(storage, 1),
  'best arms': (storage) => readArmScores(storage, 1),
  runs: (storage) => listRuns(storage, 1, { limit: 50 }),
  'runs by last value': (storage) => listRuns(storage, 1, { limit: 50, sort: 'last:val/accuracy' }),
  'runs by best value': (storage) => listRuns(storage, 1, { limit: 50, sort: 'best:val/accuracy', descending: true }),
  'runs by setting': (storage) => listRuns(storage, 1, { limit: 50, sort: 'training.batches', text: 'β', arms: [1] }),
  stages: (storage) => listStages(storage, 1),
  run: (storage) => readRun(storage, 1),
  'final weights': (storage) => finalWeights(storage, 1),
  curve: (storage) => readCurve(storage, 1, 'val/accuracy', { from: 10, to: 20 }),
  'extremes of a curve': (storage) => {
    const reader = extremesReader(storage, 'val/accuracy', { from: 10, to: 20 });
    return [...readPaths(storage, [1]).values()].map((path) => [reader.count(path, 9), reader.read(path, 4)]);
  },
  'last batch': (storage) => lastBatch(storage, readPaths(storage, [1]).values(), ['val/accuracy']),
  'confusion matrix': (storage) => readArtefact(storage, 1, 'confusion'),
  'all results': (storage) => readResults(storage, 1, ['val/accuracy']),
  'results of a run': (storage) => readLazyResults(storage, 1, ['val/accuracy'], 1).runs[0]!.curves['val/accuracy'],
  'energies of runs': (storage) => readRunEnergies(storage, 1),
  marks: (storage) => [readMarks(storage, 1), readRunMarks(storage, [1])],
  version: (storage) => readSweepVersion(storage, 's1'),
  machines: (storage) => {
    noteWorkers(storage, { token: 1 }, { sweepId: 1, workers: [WORKER], waiting: [{ seed: 1, bits: null }] }, 1);
    return listMachines(storage);
  },
};

/** The plans of the statements that a reading runs, a line a step. */
async function plansOf(read: (storage: Storage) => unknown): Promise<string[]> {
  const storage = await newStorage();
  const token = lease(storage);
  begin(storage, token, makePlan([{ beta: 0 }, { beta: 0.2, controlIndex: 0 }], [1, 2]));
  storage.raw.prepare(`INSERT INTO "Metric" (name) VALUES ('val/accuracy')`).run();
  const statements = new Set<string>();
  await read({
    ...storage,
    prepare(sql) {
      statements.add(sql);
      return storage.prepare(sql);
    },
  });
  expect(statements.size).toBeGreaterThan(0);
  return [...statements].flatMap((sql) => {
    const named = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name!, null]));
    const values = [...sql.matchAll(/\?/g)].map(() => null);
    const explain = storage.raw.prepare(`EXPLAIN QUERY PLAN ${sql}`);
    const rows = (Object.keys(named).length > 0 ? explain.all(named) : explain.all(...values)) as { detail: string }[];
    return rows.map(({ detail }) => `${detail} | ${sql.replace(/\s+/g, ' ')}`);
  });
}

/** The tables and aliases of the tables that have many rows. */
function scansLarge(step: string): boolean {
  const scanned = /^SCAN (\w+)(?! VIRTUAL)/.exec(step)?.[1];
  if (scanned === undefined) return false;
  const alias = new RegExp(`"(\\w+)" (?:AS )?"?${scanned}\\b`).exec(step.split(' | ')[1]!)?.[1];
  return LARGE.includes(alias ?? scanned);
}

test.each(Object.entries(READINGS))('%s: every table with many rows is searched by an index', async (_what, read) => {
  const plans = await plansOf(read);
  expect(plans.filter(scansLarge)).toEqual([]);
  // an index that SQLite makes for one statement goes through the whole table too
  expect(plans.filter((step) => step.includes('AUTOMATIC'))).toEqual([]);
});

test('a search for what would be a scan is seen', async () => {
  const plans = await plansOf((storage) => storage.prepare('SELECT p.value FROM "Point" p WHERE batch = 3').all());
  expect(plans.filter(scansLarge)).toHaveLength(1);
});

test('points are read by stage, metric and range of batches, in their order, and nothing is sorted', async () => {
  for (const what of ['curve', 'extremes of a curve']) {
    const plans = await plansOf(READINGS[what]!);
    const points = plans.filter((step) => step.includes('FROM "Point"') && !step.startsWith('CO-ROUTINE'));
    expect(points.length).toBeGreaterThan(0);
    expect(
      [...new Set(points.map((step) => step.split(' | ')[0]))].filter((step) => !step!.startsWith('SCAN (')),
    ).toEqual(['SEARCH Point USING PRIMARY KEY (stageId=? AND metricId=? AND batch>? AND batch<?)']);
  }
});

test('a value of a metric is looked up in the stages of a run, not among all stages that have the metric', async () => {
  for (const what of ['best arms', 'runs by last value', 'runs by best value']) {
    const plans = await plansOf(READINGS[what]!);
    const details = plans.map((step) => step.split(' | ')[0]);
    expect(details).toContain('SEARCH g USING PRIMARY KEY (stageId=? AND metricId=?)');
  }
});

test('the last confusion matrix is the first that is found: matrices are not sorted', async () => {
  const plans = await plansOf(READINGS['all results']!);
  const artefacts = plans.findIndex((step) => step.startsWith('SEARCH a USING'));
  expect(plans[artefacts]).toContain('stageId=?');
  expect(plans[artefacts + 1] ?? '').not.toContain('TEMP B-TREE');
});

test('what changed is looked up by revision', async () => {
  const plans = await plansOf((storage) => [changesSince(storage, -1), storedAsRunning(storage)]);
  expect(plans.filter((step) => /^SEARCH (Sweep|Run) .*revision>/.test(step))).toHaveLength(2);
  expect(plans.filter(scansLarge)).toEqual([]);
});
