import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { enginesHere } from '../helpers/engines.ts';
import { cosweepJson, start } from '../helpers/cosweep.ts';
import { ask, countRuns, snapshot, type Snapshot } from './snapshot.ts';
import { definition as study, runArgs, temporaryFolder } from './study.ts';
import { writeImages } from './tiny-images.ts';
import type { Summary } from './undisturbed.ts';

/**
 * Every optimiser with batch norm, dropout, augmentation, weight decay, clipping and a cosine schedule; N = 0, one in
 * the middle and one past the end; ε that separate at once, later and never.
 */
const definition = {
  name: 'sharing',
  method: 'grid',
  parameters: {
    alpha: { value: 0.5 },
    beta: { value: 0.4 },
    epsilon: { values: [0.05, 0.3, 1.4, 1.5] },
    N: { values: [0, 8, 40] },
    'training.optimizer.name': { values: ['sgd', 'momentum', 'adam', 'adamw'] },
  },
  training: {
    dataset: { name: 'idx', images: 'images', labels: 'labels', validation: 15, augment: { shift: 1, cutout: 2 } },
    model: { name: 'cnn', embedding: 8, dropout: 0.2 },
    optimizer: { learningRate: 0.003, schedule: 'cosine', warmup: 3, weightDecay: 0.001, clipNorm: 5 },
    batchSize: 8,
    batches: 24,
    evalEvery: 10,
  },
};

describe.each(enginesHere.filter(({ trains }) => trains.includes('cnn')))(
  'on $name',
  ({ name: engine, environment }) => {
    test('shared and unshared training give the same bits: every point, every artefact, every final weight', async () => {
      Object.assign(process.env, environment);
      const folder = temporaryFolder();
      writeImages(folder, 90, 8);
      const file = join(folder, 'sharing.json');
      writeFileSync(file, JSON.stringify(definition));
      const train = async (db: string, ...more: string[]): Promise<{ summary: Summary; runs: Snapshot }> => {
        const summary = await cosweepJson<Summary>(['run', file, '--engine', engine, '--workers', '2', ...more], {
          db: join(folder, db),
        });
        return { summary, runs: await snapshot(join(folder, db)) };
      };
      const [shared, alone] = [await train('shared.db'), await train('alone.db', '--no-share')];

      const optimisers = 4;
      expect(shared.summary.runs.complete).toBe(optimisers * (4 * 2 + 1)); // N = 40 is past the end and folds into the control
      expect(alone.summary.batchesTrained).toBe(alone.summary.batchesUnshared);
      // Without ε-forking: the control, and from each N on every ε by itself.
      expect(shared.summary.batchesTrained).toBeLessThan(optimisers * (24 + 4 * (24 + 16)));

      for (const [name, run] of Object.entries(alone.runs)) {
        const other = shared.runs[name]!;
        expect({ name, state: other.state, metrics: other.metrics }).toEqual({
          name,
          state: run.state,
          metrics: run.metrics,
        });
        expect(other.curves).toEqual(run.curves);
        expect(other.artefacts).toEqual(run.artefacts);
        expect(other.checkpoints['24']).toBe(run.checkpoints['24']);
      }
      // With 1.4 and 1.5 no test passes: those are the control, as far as it was trained when their turn came.
      const taken = 'SELECT sum(taken) FROM "Stage"';
      expect(ask<number>(join(folder, 'shared.db'), taken)).toBeGreaterThan(0);
      expect(ask<number>(join(folder, 'alone.db'), taken)).toBe(0);
      // Runs that a test never separated are one stage to the end.
      const together = `SELECT max(n) FROM (SELECT count(*) AS n FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId WHERE g.toBatch = 24 GROUP BY g.id)`;
      expect(ask<number>(join(folder, 'shared.db'), together)).toBeGreaterThan(1);
      expect(ask<number>(join(folder, 'alone.db'), together)).toBe(1);
    });
  },
);

test('runs of another sweep that are one computation with those that are trained are complete too, with what they were trained on', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const write = (name: string, epsilon: number[]): string => {
    const whole = study({ name, beta: [0.3], N: [60], seeds: 1 }) as { parameters: object };
    writeFileSync(
      join(folder, `${name}.json`),
      JSON.stringify({ ...whole, parameters: { ...whole.parameters, epsilon: { values: epsilon } } }),
    );
    return join(folder, `${name}.json`);
  };
  const first = start(runArgs(write('both', [0.001, 0.002])), { db }); // L2 is above both in every batch
  await first.until('a run trained', () => countRuns(db, 'running') > 0);
  first.signal('SIGKILL');
  await first.ended;
  await cosweepJson<Summary>(runArgs(write('one', [0.001])), { db });
  const record = (epsilon: number): unknown =>
    JSON.parse(
      ask(
        db,
        `SELECT json_object('state', state, 'device', device, 'epsilon', configuration ->> '$.epsilon', 'started', startedAt IS NOT NULL) FROM "Run" WHERE epsilon = ?`,
        epsilon,
      ),
    );
  const { device } = record(0.001) as { device: string };
  expect(device).toMatch(/CPU/);
  for (const epsilon of [0.001, 0.002])
    expect(record(epsilon)).toEqual({ state: 'complete', device, epsilon, started: 1 });
});
