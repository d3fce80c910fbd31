import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { BYTES_UP_TO } from '../../server/runner/checkpoints/sent-checkpoint.ts';
import { cosweep, start, untilNoneIsLeft } from '../helpers/cosweep.ts';
import { ask, snapshot } from './snapshot.ts';
import { definition, runArgs, temporaryFolder } from './study.ts';
import { writeImages } from './tiny-images.ts';

vi.setConfig({ testTimeout: 300_000 });

/**
 * A sweep whose states are so large that the workers write them themselves, and the main process never has their bytes:
 * the first layer of its network sees 72 × 72 pixels.
 */
function writeSweep(folder: string): string {
  writeImages(folder, 120, 72);
  const { training, ...rest } = definition({ N: [40, 80], seeds: 1, learningRate: [0.001] }) as { training: object };
  const dataset = { name: 'idx', images: 'images', labels: 'labels', validation: 40 };
  const file = join(folder, 'large.json');
  writeFileSync(file, JSON.stringify({ ...rest, training: { ...training, dataset, batchSize: 8 } }));
  return file;
}

test('a sweep of large states is killed and continued to the bits of an unshared one, and leaves whole files alone', async () => {
  const folder = temporaryFolder();
  const file = writeSweep(folder);
  const [db, unshared] = ['shared', 'unshared'].map((name) => join(folder, `${name}.db`)) as [string, string];
  const checkpoints = `${db}.checkpoints`;
  const names = (): string[] => (existsSync(checkpoints) ? readdirSync(checkpoints) : []);
  const run = start(runArgs(file), { db });
  await run.until('it wrote a checkpoint', () => names().some((name) => name.endsWith('.checkpoint')));
  run.signal('SIGKILL');
  await untilNoneIsLeft(run);

  for (const [into, ...options] of [[db], [unshared, '--no-share']] as [string, ...string[]][]) {
    const { code, stderr } = await cosweep(runArgs(file, ...options), { db: into });
    expect(code, stderr).toBe(0);
  }
  expect(names().filter((name) => !name.endsWith('.checkpoint'))).toEqual(['owner']);
  const whole = names().filter((name) => name !== 'owner');
  const sizes = whole.map((name) => statSync(join(checkpoints, name)).size);
  expect(Math.min(...sizes)).toBeGreaterThan(BYTES_UP_TO);
  expect(await pointsOf(db)).toEqual(await pointsOf(unshared));
  expect(finalsOf(db)).toEqual(finalsOf(unshared));
  expect(new Set(finalsOf(db)).size).toBe(3);
});

/** Curves and artefacts of every run; the states on the way are kept where runs share them only. */
async function pointsOf(db: string): Promise<unknown> {
  const runs = Object.entries(await snapshot(db));
  return runs.map(([name, { curves, artefacts }]) => ({ name, curves, artefacts }));
}

/** Hashes of the states after the last batch, by arm. */
function finalsOf(db: string): string[] {
  return JSON.parse(
    ask(
      db,
      `SELECT json_group_array(hash) FROM (SELECT c.hash FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
        JOIN "RunStage" p ON p.runId = r.id JOIN "Checkpoint" c ON c.stageId = p.stageId AND c.batch = r.batches
        ORDER BY s.armIndex)`,
    ),
  );
}
