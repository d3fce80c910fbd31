import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { Verdict } from '../../server/runner/exactness/verdict.ts';
import { cosweep } from '../helpers/cosweep.ts';
import { describeWithPython, pythonFiles } from '../helpers/python.ts';
import { newFolder } from './start-stage.ts';

vi.setConfig({ testTimeout: 300_000 });

const script = fileURLToPath(new URL('programs/small_net.py', import.meta.url));

describeWithPython('the check of a program with PyTorch', (python) => {
  /** Checks a small network whose checkpoint may lack a part. */
  async function check(training: object): Promise<Verdict> {
    const folder = join(newFolder(), 'study');
    mkdirSync(folder);
    for (const name of ['cosweep.py', 'cosweep_loss.py']) copyFileSync(join(pythonFiles, name), join(folder, name));
    writeFileSync(join(folder, 'train.py'), readFileSync(script, 'utf8').replace(/^.*report_evaluation.*\n/m, ''));
    const value = (number: number): object => ({ value: number });
    const definition = {
      name: 'study',
      parameters: { alpha: value(0.5), beta: value(0.3), gamma: value(1), epsilon: value(0.02), N: value(100) },
      training: {
        program: { command: [python, 'train.py'], files: ['*.py'], fork: true },
        batches: 2_000,
        evalEvery: 100,
        ...training,
      },
    };
    writeFileSync(join(folder, 'study.json'), JSON.stringify(definition));
    const { stdout, stderr } = await cosweep(['engine', 'check', 'study.json', '--json'], { cwd: folder });
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout) as Verdict;
  }

  test('finds it exact with all of its state saved', async () => {
    const verdict = await check({});
    expect(verdict).toMatchObject({ kind: 'exact', fork: 20, to: 40, warnings: [] });
    expect(verdict.versions['torch']).toMatch(/^\d/);
  });

  test('catches centers that are not saved, in the batch of the fork', async () => {
    expect(await check({ forgotten: 'loss' })).toMatchObject({
      kind: 'inexact',
      difference: { comparison: 'forked', batch: 20, metric: 'train/total' },
      causes: expect.arrayContaining([expect.stringMatching(/^centers or other buffers/)]),
    });
  });

  test('catches momentum that is not saved, in the batch after it', async () => {
    const verdict = await check({ forgotten: 'optimizer' });
    expect(verdict).toMatchObject({
      kind: 'inexact',
      difference: { comparison: 'forked', batch: 21, metric: 'train/total' },
    });
    expect((verdict as { causes: string[] }).causes[0]).toMatch(/^the optimiser's state/);
  });
});
