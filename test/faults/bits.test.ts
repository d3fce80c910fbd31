import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import { hasTensorflow } from '../helpers/engines.ts';
import { fault } from '../helpers/fault.ts';
import { fewerInstructions } from '../helpers/fewer-instructions.ts';
import { inProcess } from '../helpers/in-process.ts';
import { temporaryFolder, writeStudy } from '../runner/study.ts';

// Native TensorFlow opens in a dozen processes, each of which may take seconds on a busy machine.
vi.setConfig({ testTimeout: 600_000 });

/** Other bits under the same name: by other instructions where this machine can, else by a signature of another one. */
const canMeasure = hasTensorflow && fewerInstructions !== null;

fault('–', 'a sweep that goes on with other instructions of the processor is not mixed', async ({ say }) => {
  const folder = temporaryFolder();
  const engine = canMeasure ? 'tensorflow' : 'wasm';
  const study = { small: true, N: [60], seeds: [1] };
  const db = join(folder, 'study.db');
  const run = () =>
    inProcess(['--db', db, 'run', join(folder, 'study.json'), '--engine', engine, '--workers', '1'], folder);
  writeStudy(folder, study);
  expect(await run()).toMatchObject({ code: 0 });

  if (canMeasure) vi.stubEnv('ONEDNN_MAX_CPU_ISA', fewerInstructions!);
  else vi.spyOn(WorkerProcess.prototype, 'sign').mockImplementation(async (all) => all.map(() => 'b'.repeat(64)));
  try {
    writeStudy(folder, { ...study, seeds: [1, 2] });
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toMatch(/Cannot train s1 here: .* was computed with other bits than this machine computes/);
    say(canMeasure ? `ONEDNN_MAX_CPU_ISA=${fewerInstructions} of ${engine}` : 'a signature stubbed in a worker');
    say(stderr.trim().split('\n').at(-1)!);
  } finally {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  }
});
