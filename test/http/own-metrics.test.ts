import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricsOfConfirmation } from '../../server/report/confirm/confirm-report.ts';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import { buildVerdict } from '../../server/report/verdict/build-verdict.ts';
import { readRunDetail } from '../../server/http/answers/run-detail.ts';
import { readSweepDetail } from '../../server/http/answers/sweep-detail.ts';
import { parseRunId } from '../../server/store/database/ids.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { readArmScores } from '../../server/store/reading/arm-scores.ts';
import { listRuns } from '../../server/store/reading/list-runs.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { parseMetric } from '../../server/sweep/metrics.ts';
import { definition } from './plan-text.ts';
import { accuracyAt, storeTrainedSweep } from './trained-sweep.ts';

let folder: string;
let storage: Storage;
let sweepId: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-own-metrics-'));
  storage = await openStorage({ file: join(folder, 'test.db'), create: true });
  const own = {
    ...definition,
    name: 'own',
    metric: { name: 'val/ece', goal: 'minimize' },
    metrics: { 'val/ece': { goal: 'minimize', unit: '%' } },
  };
  ({ sweepId } = storeTrainedSweep(storage, own));
});
afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

test('a metric that the definition names has its direction and unit everywhere', async () => {
  const detail = (await readSweepDetail(storage, sweepId))!;
  expect(detail.metricList.slice(-1)).toEqual([{ name: 'val/ece', goal: 'minimize', unit: '%' }]);
  expect(detail.metricList[0]).toEqual({ name: 'train/total', goal: 'minimize', unit: null });
  expect(detail.metrics).toEqual(detail.metricList.map(({ name }) => name));
  // arm 1 adds the most to the accuracy, and so has the lowest error
  expect(readArmScores(storage, sweepId).map(({ arm }) => arm)).toEqual([1, 0, 2]);
});

test('its best value is the lowest one, for sorting too', async () => {
  const { items } = listRuns(storage, sweepId, { sort: 'best:val/ece', arms: [2] });
  const best = items.map(({ metrics }) => metrics['val/ece']!.best!);
  expect(best).toEqual([...best].sort((a, b) => a - b));
  expect(best[0]).toBeCloseTo(1 - accuracyAt(2, 5, 40), 12);
  const run = (await readRunDetail(storage, parseRunId(items[0]!.id)!))!;
  expect(run.metrics['val/ece']).toMatchObject({ best: best[0], bestBatch: 40 });
  expect(run.metricList.at(-1)).toEqual({ name: 'val/ece', goal: 'minimize', unit: '%' });
});

test('tables and the forest plot show it in percent and points', () => {
  const results = readResults(storage, sweepId, ['val/ece'], { confusion: false })!;
  const [table] = buildAblationTable(results).tables;
  expect(table).toMatchObject({ metric: 'val/ece', goal: 'minimize', accuracy: true });
  expect(buildVerdict(results).forest.unit).toBe('points');
});

test('a confirmation on the test part knows its twin there', () => {
  const { metrics } = readResults(storage, sweepId, [])!;
  expect(metricsOfConfirmation('val/ece', metrics)).toEqual({ test: 'test/ece', validation: 'val/ece' });
  expect(parseMetric('test/ece', metrics)).toMatchObject({ metric: { better: 'lower', when: 'end', unit: '%' } });
});
