import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchScript } from '../../../server/remote/launch/batch-script.ts';
import { submit } from '../../../server/remote/launch/submit.ts';
import { OutsideError } from '../../../server/sweep/user-error.ts';
import { hasSlurm, startSlurm, type Slurm } from '../../helpers/slurm.ts';

/**
 * Stands in for a worker: says what it was started with, works until it is told to stop, and ends as a worker does,
 * with 0. `--idle` lets it end at once.
 */
const WORKER = `#!/bin/sh
folder=$(dirname "$0")
name="\${SLURM_ARRAY_TASK_ID:-one}.\${SLURM_RESTART_COUNT:-0}"
for word in "$@"; do printf '%s\\n' "$word"; done > "$folder/started.$name"
case " $* " in *" --idle 0 "*) exit 0;; esac
trap 'date +%s > "$folder/stopped.$name"; exit 0' TERM
while :; do sleep 0.1; done
`;

describe.skipIf(!hasSlurm)('Slurm', () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm();
  });
  afterAll(() => slurm?.stop());

  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'cosweep-launch-')), 'a %j $(touch hostile) "folder"');
    mkdirSync(folder);
    writeFileSync(join(folder, 'worker'), WORKER, { mode: 0o755 });
    for (const [name, value] of Object.entries(slurm.environment)) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    slurm.call('scancel', '--user', String(process.getuid!()), '--signal=KILL', '--full');
    // A worker that was cancelled may write its last line still.
    rmSync(join(folder, '..'), { recursive: true, maxRetries: 20, retryDelay: 100 });
  });

  /** @returns the job's id */
  function launch(sbatch: string[], worker: string[] = []): Promise<string> {
    const joinFile = join(folder, "it's a join file");
    const script = batchScript({ program: [join(folder, 'worker')], join: joinFile, logs: folder, worker, sbatch });
    return submit({ script, file: join(folder, 'worker.sbatch'), folder });
  }

  async function until(file: string): Promise<string> {
    while (!existsSync(join(folder, file)) || readFileSync(join(folder, file), 'utf8') === '') await wait(50);
    return readFileSync(join(folder, file), 'utf8');
  }

  async function untilState(job: string, state: string): Promise<void> {
    while (slurm.stateOf(job) !== state) await wait(100);
  }

  it('starts one worker for each task of an array, which knows its join file and its time', async () => {
    const job = await launch(['-p', 'gpu', '--array=1-3', '--time=4:00:00'], ['--slots', '2', '--idle', '0']);
    for (const task of [1, 2, 3]) {
      const words = (await until(`started.${task}.0`)).trim().split('\n');
      expect(words).toEqual([
        'worker',
        '--join',
        join(folder, "it's a join file"),
        '--slots',
        '2',
        '--idle',
        '0',
        '--for',
        '3:50:00',
      ]);
      await untilState(`${job}_${task}`, 'COMPLETED');
    }
    const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
    expect(logs.sort()).toEqual([1, 2, 3].map((task) => `cosweep-${job}_${task}.log`));
    expect(readdirSync(folder)).not.toContain('hostile');
  });

  it('takes every option as it was written', async () => {
    const comment = `a "b" 'c' \\ $(touch hostile) # ; & é %j`;
    const job = await launch([`--comment=${comment}`, '-J', 'two words'], ['--idle', '0']);
    const told = slurm.call('scontrol', 'show', 'job', job);
    expect(told).toContain(`Comment=${comment}`);
    expect(told).toContain('JobName=two words');
    expect(told).toContain('Requeue=1');
    await untilState(job, 'COMPLETED');
    expect(readdirSync(folder)).not.toContain('hostile');
  });

  it('tells a worker to stop before its time is up', async () => {
    const job = await launch(['--time=1', '--signal=B:TERM@30']);
    await until('started.one.0');
    await until('stopped.one.0');
    await untilState(job, 'COMPLETED'); // and not TIMEOUT: the worker had the time to end by itself
  }, 180_000);

  it('starts a worker again that is put back into the queue', async () => {
    const job = await launch([]);
    await until('started.one.0');
    slurm.call('scontrol', 'requeue', job);
    // Slurm would wait for two minutes before it starts what it has put back.
    await untilState(job, 'PENDING');
    slurm.call('scontrol', 'update', `JobId=${job}`, 'StartTime=now');
    await until('started.one.1');
    expect(slurm.stateOf(job)).toBe('RUNNING');
  }, 240_000);

  it('stops a worker that is cancelled as one that is told to stop', async () => {
    const job = await launch([]);
    await until('started.one.0');
    slurm.call('scancel', job);
    await until('stopped.one.0');
    await untilState(job, 'CANCELLED');
  });

  it('says what it does not accept', async () => {
    const error = await launch(['--partition=nowhere']).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OutsideError);
    expect((error as Error).message).toMatch(/sbatch ended with status 1:\n.*invalid partition specified: nowhere/s);
    expect(readFileSync(join(folder, 'worker.sbatch'), 'utf8')).toContain('--partition=nowhere');
  });
});
