import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { describeWithWebgpu } from '../helpers/engines.ts';
import { cosweep, start } from '../helpers/cosweep.ts';
import { ask, snapshot, type Snapshot } from './snapshot.ts';
import { temporaryFolder } from './study.ts';
import { writeImages } from './tiny-images.ts';
import type { Summary } from './undisturbed.ts';

/** As small as a sweep with trunks and forks can be: where there is no GPU, a program computes in its place, slowly. */
const definition = {
  name: 'tiny',
  method: 'grid',
  parameters: {
    alpha: { value: 0.5 },
    beta: { value: 0.4 },
    epsilon: { values: [0.05, 0.3, 1.4] },
    N: { values: [3, 40] },
  },
  training: {
    dataset: { name: 'idx', images: 'images', labels: 'labels', validation: 12 },
    model: { name: 'mlp', embedding: 4, dropout: 0.2 },
    optimizer: { learningRate: 0.01, clipNorm: 5 },
    batchSize: 4,
    batches: 10,
    evalEvery: 5,
  },
};

describeWithWebgpu('a sweep on webgpu', () => {
  test('gives the same bits shared and unshared, with one worker, and where the worker is killed or loses its device', async () => {
    const folder = temporaryFolder();
    prepare(folder);
    const alone = await train(folder, 'alone', '--no-share');
    expect(alone.summary).toMatchObject({ engine: 'webgpu', state: 'complete', runs: { complete: 4, failed: 0 } });

    const shared = await train(folder, 'shared');
    expect(shared.summary.batchesTrained).toBeLessThan(alone.summary.batchesTrained);
    expect(shared.stderr).toContain('on webgpu with 1 worker');
    expect(withoutStages(shared.runs)).toEqual(withoutStages(alone.runs));

    vi.stubEnv('NODE_OPTIONS', `--import ${loseDeviceOnce(folder)}`);
    const lost = await train(folder, 'lost', '--no-share');
    vi.unstubAllEnvs();
    expect(lost.stderr).toMatch(/is tried again: Cannot compute on the GPU: it was lost/);
    expect(lost.summary).toMatchObject({ state: 'complete', runs: { complete: 4, failed: 0 } });
    expect(lost.runs).toEqual(alone.runs);

    const db = join(folder, 'killed.db');
    const run = start(['--json', 'run', join(folder, 'tiny.json'), '--engine', 'webgpu', '--no-share'], { db });
    await run.until('a run is complete', () => /complete, /.test(run.stderr()));
    for (const worker of run.children()) process.kill(worker, 'SIGKILL');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(await snapshot(db)).toEqual(alone.runs);
    expect(ask<string>(db, 'SELECT device FROM "Run" LIMIT 1')).not.toBe('');
  });

  test('refuses a device that is not there, with those that are, and devices of other engines', async () => {
    const folder = temporaryFolder();
    prepare(folder);
    const on = (engine: string, device: string) =>
      cosweep(['run', join(folder, 'tiny.json'), '--engine', engine, '--device', device], {
        db: join(folder, `${engine}.db`),
      });
    const unknown = await on('webgpu', 'no such GPU');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(
      /no device is "no such GPU"\. Wanted: a number or a part of a name, of these: 0 is /,
    );
    const other = await on('wasm', '0');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('Cannot use device "0": the engine wasm has no choice of devices');
  });
});

function prepare(folder: string): void {
  writeImages(folder, 40, 4);
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(definition));
}

async function train(
  folder: string,
  name: string,
  ...more: string[]
): Promise<{ summary: Summary; stderr: string; runs: Snapshot }> {
  const db = join(folder, `${name}.db`);
  const { stdout, stderr, code } = await cosweep(
    ['--json', 'run', join(folder, 'tiny.json'), '--engine', 'webgpu', ...more],
    { db },
  );
  expect(code, stderr).toBe(0);
  return { summary: JSON.parse(stdout) as Summary, stderr, runs: await snapshot(db) };
}

/** Without the states between stages, which only shared training has. */
function withoutStages(runs: Snapshot): Snapshot {
  const last = definition.training.batches;
  return Object.fromEntries(
    Object.entries(runs).map(([name, run]) => [name, { ...run, checkpoints: { [last]: run.checkpoints[last]! } }]),
  );
}

/**
 * A module with which the first worker destroys its device in the middle of a run, as a driver that crashes takes it
 * away.
 *
 * @returns its address
 */
function loseDeviceOnce(folder: string): string {
  const [file, mark] = [join(folder, 'lose.mjs'), join(folder, 'lost')];
  const dawn = pathToFileURL(join(import.meta.dirname, '../../node_modules/webgpu/index.js')).href;
  writeFileSync(
    file,
    `
    import { existsSync, writeFileSync } from 'node:fs';
    if (/worker\\.js$/.test(process.argv[1] ?? '') && !existsSync(${JSON.stringify(mark)})) {
      const { GPUDevice, GPUQueue } = (await import(${JSON.stringify(dawn)})).globals;
      const { createCommandEncoder } = GPUDevice.prototype;
      const { submit } = GPUQueue.prototype;
      let device, submits = 0;
      GPUDevice.prototype.createCommandEncoder = function (...given) {
        device = this;
        return createCommandEncoder.apply(this, given);
      };
      GPUQueue.prototype.submit = function (...given) {
        if (++submits === 30) {
          writeFileSync(${JSON.stringify(mark)}, '');
          device.destroy();
        }
        return submit.apply(this, given);
      };
    }`,
  );
  return pathToFileURL(file).href;
}
