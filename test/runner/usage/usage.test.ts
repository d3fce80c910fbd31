import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import type { RunDetail } from '../../../server/http/schemas/run.ts';
import { cosweep, cosweepHere, start, untilNoneIsLeft } from '../../helpers/cosweep.ts';
import { describeWithWebgpu } from '../../helpers/engines.ts';
import { ask } from '../snapshot.ts';
import { runArgs, temporaryFolder, writeStudy } from '../study.ts';
import { writeImages } from '../tiny-images.ts';
import { FAILS, fakeSmi, FLOODS, HANGS, LINE, SAYS } from './fake-smi.ts';

/** Seconds of training that are in the database, and those of them in which processor time was measured. */
const SECONDS = 'SELECT sum(trainingSeconds + evaluationSeconds - takenSeconds) FROM "Stage"';
const MEASURED = 'SELECT sum(processorOver) FROM "StageUsage"';

describe('what workers use', () => {
  test('is counted once for what is stored, however often training is killed and continued', async () => {
    const folder = temporaryFolder();
    const db = join(folder, 'study.db');
    const file = writeStudy(folder, { beta: [0.3, 0.4], N: [0, 30, 60, 90] });
    for (let kills = 1; kills <= 3; kills++) {
      const run = start(runArgs(file), { db });
      await run.until(`${kills} stages are stored`, () => kills <= stagesStored(db));
      run.signal('SIGKILL');
      await run.ended;
      await untilNoneIsLeft(run);
      expect(ask<number>(db, MEASURED)).toBeCloseTo(ask<number>(db, SECONDS), 9);
    }
    const { code, stderr } = await cosweep(runArgs(file), { db });
    expect(code, stderr).toBe(0);
    expect(ask<number>(db, MEASURED)).toBeCloseTo(ask<number>(db, SECONDS), 9);
    expect(
      ask(
        db,
        'SELECT count(*) FROM "StageUsage" u JOIN "Stage" g ON g.id = u.stageId WHERE g.taken = g.toBatch - g.fromBatch',
      ),
    ).toBe(0);

    const { usage } = await cosweepHere<RunDetail>(['show', 'r1'], { db });
    expect(usage).toMatchObject({ gpu: null, energy: null, processor: { share: 1 } });
    expect(usage!.processor!.seconds).toBeGreaterThan(0);
    expect(usage!.processor!.peakMemory).toBeGreaterThan(20e6); // Node alone has more
    const { stdout } = await cosweep(['show', 'r1'], { db });
    expect(stdout).toMatch(/^processor +\d.* s, at most \d+ MB of memory$/m);
    expect(stdout).not.toContain('energy');
  });
});

function stagesStored(db: string): number {
  try {
    return ask<number>(db, 'SELECT count(*) FROM "Stage" WHERE batch = toBatch');
  } catch {
    return 0; // there is no database yet
  }
}

describeWithWebgpu('what a card does while a sweep is trained on it', () => {
  test('is stored with the stages, as nvidia-smi says it', async () => {
    const { folder, db } = prepare();
    const smi = fakeSmi(folder, SAYS);
    expect((await train(folder, db)).code).toBe(0);
    const rows = ask<number>(db, 'SELECT count(*) FROM "StageUsage" WHERE joulesOver > 0');
    expect(rows).toBeGreaterThan(0);
    // 200 W and half of the card all the time, 1,024 MiB.
    expect(ask<number>(db, 'SELECT sum(joules) / sum(joulesOver) FROM "StageUsage"')).toBeCloseTo(200, 6);
    expect(ask<number>(db, 'SELECT sum(gpuBusySeconds) / sum(gpuOver) FROM "StageUsage"')).toBeCloseTo(0.5, 6);
    expect(ask<number>(db, 'SELECT max(gpuPeakMemory) FROM "StageUsage"')).toBe(2 ** 30);
    expect(smi.calls().length).toBeGreaterThan(0);
    expect(smi.alive()).toEqual([]);

    const { usage } = await cosweepHere<RunDetail>(['show', 'r1'], { db });
    expect(usage!.gpu).toMatchObject({ use: expect.closeTo(0.5, 6), peakUse: 0.5, peakMemory: 2 ** 30 });
    const { stdout } = await cosweep(['show', 'r1'], { db });
    expect(stdout).toMatch(/^GPU +50 % on average, 50 % at most; at most 1.07 GB in use on the card/m);
    expect(stdout).toMatch(/^energy +\d.*Wh by nvidia-smi/m);
    const { stdout: table } = await cosweep(['export', 's1'], { db });
    expect(table).toMatch(/Wh (in all|over \d+ % of this time) by nvidia-smi/);
  });

  test('is not known where nvidia-smi fails, writes without end or hangs, and training goes on', async () => {
    const { folder, db } = prepare();
    for (const [index, body] of [FAILS, FLOODS, HANGS, `echo '${LINE.replace('GPU-', '')}'`].entries()) {
      const smi = fakeSmi(join(folder, `${index}`), body);
      const { code, stderr } = await train(folder, `${db}.${index}`);
      expect([body, code], stderr).toEqual([body, 0]);
      expect(ask<number>(`${db}.${index}`, 'SELECT sum(joulesOver) + sum(gpuOver) FROM "StageUsage"')).toBe(0);
      while (smi.alive().length > 0) await sleep(20);
    }
  });

  test('asks no more when the main process is killed: nothing is left of nvidia-smi, though it hangs', async () => {
    const { folder, db } = prepare();
    const smi = fakeSmi(folder, HANGS);
    const run = start(args(folder), { db });
    await smi.called();
    run.signal('SIGKILL');
    await run.ended;
    await untilNoneIsLeft(run);
    while (smi.alive().length > 0) await sleep(20);
    expect(smi.calls()).toHaveLength(1);
  });
});

const definition = {
  name: 'tiny',
  method: 'grid',
  parameters: { alpha: { value: 0.5 }, beta: { value: 0.4 }, epsilon: { value: 0.05 }, N: { value: 3 } },
  training: {
    dataset: { name: 'idx', images: 'images', labels: 'labels', validation: 12 },
    model: { name: 'mlp', embedding: 4, dropout: 0 },
    batchSize: 4,
    batches: 10,
    evalEvery: 5,
  },
};

function prepare(): { folder: string; db: string } {
  const folder = temporaryFolder();
  writeImages(folder, 40, 4);
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(definition));
  // Where there is no card of NVIDIA's, the device that there is says that it is one.
  const file = join(folder, 'rename.mjs');
  writeFileSync(
    file,
    `
    if (/worker\\.js$/.test(process.argv[1] ?? '')) {
      const { send } = process;
      process.send = (message, ...rest) =>
        send.call(process, message.kind === 'ready' ? { ...message, device: 'NVIDIA, in a test' } : message, ...rest);
    }`,
  );
  vi.stubEnv('NODE_OPTIONS', `--import ${pathToFileURL(file).href}`);
  return { folder, db: join(folder, 'tiny.db') };
}

const args = (folder: string): string[] => ['run', join(folder, 'tiny.json'), '--engine', 'webgpu'];

function train(folder: string, db: string): ReturnType<typeof cosweep> {
  return cosweep(args(folder), { db });
}
