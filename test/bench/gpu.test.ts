import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeWithWebgpu } from '../helpers/engines.ts';

/** The archive of `npm run bench gpu -- --pack`, in an empty folder, with nothing of this machine but its drivers. */

vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

const MEGABYTES_AT_MOST = 60;

const root = fileURLToPath(new URL('../../', import.meta.url));

describeWithWebgpu('the archive of bench gpu', () => {
  let work: string;
  const run = (args: string[], environment: Record<string, string>) =>
    spawnSync(join(work, 'cosweep-gpu', 'run'), args, {
      cwd: work,
      encoding: 'utf8',
      env: { HOME: work, PATH: '/nowhere', ...environment },
    });

  beforeAll(() => {
    // Not `npm run bench`, which may build the product anew under the other tests.
    const build = "import('./bin/build/bench.js').then(({ buildBench }) => buildBench())";
    execFileSync(process.execPath, ['--eval', build], { cwd: root, stdio: 'inherit' });
    work = mkdtempSync(join(tmpdir(), 'cosweep-gpu-test-'));
    const bench = join(root, 'dist', 'bench', 'gpu.js');
    const file = join(work, 'gpu.tar.xz');
    execFileSync(process.execPath, [bench, '--pack', file], { env: { ...process.env, XZ_OPT: '-1 -T0' } });
    expect(statSync(file).size / 1e6).toBeLessThan(MEGABYTES_AT_MOST);
    execFileSync('tar', ['xf', file], { cwd: work });
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test('measures by one command: every part, written as it ends, and a section for the page', () => {
    const only = ['lossCases', 'sweep'].flatMap((part) => ['--only', part]);
    const { stdout, stderr, status } = run([...only, '--network', 'mlp', '--batches', '6', '--budget', '14m'], {
      VK_ICD_FILENAMES: process.env['VK_ICD_FILENAMES'] ?? '',
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const out = join(work, 'cosweep-gpu', 'bench', 'out');
    const { machine, parts } = JSON.parse(readFileSync(join(out, 'gpu.json'), 'utf8')) as {
      machine: { device: string };
      parts: Record<string, { state: string; result: unknown }>;
    };
    expect(Object.entries(parts).map(([name, { state }]) => [name, state])).toEqual([
      ['doctor', 'done'],
      ['lossCases', 'done'],
      ['sweep', 'done'],
    ]);
    expect(parts['lossCases']!.result).toContainEqual(
      expect.objectContaining({ name: 'webgpu', device: machine.device, cases: 28, passed: 28 }),
    );
    expect(parts['sweep']!.result).toMatchObject({ engine: 'webgpu', complete: 9, runs: 9 });
    const section = readFileSync(join(out, 'gpu.md'), 'utf8');
    expect(section).toContain(`### ${machine.device}`);
    expect(section).toContain('28 of 28 on `webgpu`');
    expect(section).toMatch(/\| noIntra \| 3 \|/);
    expect(stdout).toContain(section);
  });

  test('the budget cuts the tail, and says so', () => {
    const { status } = run(['--only', 'sweep', '--only', 'steps', '--network', 'resnet20', '--budget', '90s'], {
      VK_ICD_FILENAMES: process.env['VK_ICD_FILENAMES'] ?? '',
    });
    expect(status).toBe(0);
    const out = join(work, 'cosweep-gpu', 'bench', 'out');
    const { parts } = JSON.parse(readFileSync(join(out, 'gpu.json'), 'utf8')) as {
      parts: Record<string, { state: string }>;
    };
    expect(parts).toMatchObject({ sweep: { state: 'cut' }, steps: { state: 'cut', result: null } });
    expect(readFileSync(join(out, 'gpu.md'), 'utf8')).toContain('Steps: not measured, the budget was used up.');
  });

  test('says why where no driver finds a GPU, and ends with status 1', () => {
    const { status, stderr } = run([], { VK_ICD_FILENAMES: '/nowhere.json' });
    expect(stderr).toMatch(/^There is no GPU to measure here: Dawn finds no adapter/m);
    expect(status).toBe(1);
  });
});
