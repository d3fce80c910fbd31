import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, vi } from 'vitest';
import { displayWidth } from '../../server/cli/display-width.ts';
import { toProgressLines } from '../../server/cli/progress-lines.ts';
import { RunStarter } from '../../server/cli/run-starter.ts';
import { spawnRun } from '../../server/cli/spawn-run.ts';
import { Patience } from '../../server/runner/patience.ts';
import { onEngine } from '../../server/runner/workers/hire-worker.ts';
import { WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import { HolderWatch, LOOK_MS, renewLease, takeLease, type Lease } from '../../server/store/database/lease.ts';
import { listRuns } from '../../server/store/reading/list-runs.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { readSweep } from '../../server/store/reading/read-sweep.ts';
import { cancelSweep } from '../../server/store/sweeps/cancel-sweep.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import { clearLeftovers } from '../../server/store/training/sweep-turn.ts';
import { cosweep, start } from '../helpers/cosweep.ts';
import { fault } from '../helpers/fault.ts';
import { inProcess } from '../helpers/in-process.ts';
import { countRuns } from '../runner/snapshot.ts';
import { runArgs, temporaryFolder, writeStudy } from '../runner/study.ts';
import { begin, lease, makePlan, makeSegment, newStorage, RECORD, request } from '../store/support.ts';

afterEach(() => vi.unstubAllEnvs());

const tiny = { N: [0], seeds: 1, small: true };
const plan = (name: string) => makePlan([{ beta: 0.2 }, { beta: 0.3 }], [1], name);

fault('5', 'the clock jumps by an hour while another process waits', async ({ say }) => {
  const storage = await newStorage();
  const held = lease(storage);
  let now = 0;
  const watch = new HolderWatch(() => now);
  for (let second = 0; second < 200; second++, now += LOOK_MS) {
    if (second % 3 === 0) renewLease(storage, held, Date.now() + (second % 2 === 0 ? 3_600_000 : -3_600_000));
    expect(takeLease(storage, 'the waiter', { watch })).toHaveProperty('holder');
  }
  say('200 looks, 67 heartbeats an hour ahead or behind: the holder keeps its lease');
});

fault('5', 'the sweep of a process that lost its lease is interrupted without a reason', async ({ say }) => {
  const storage = await newStorage();
  const { sweepId } = begin(storage, lease(storage), plan('lost'));
  storage.raw.prepare(`UPDATE "Lease" SET machine = 'a container', host = 'laptop', pid = 7`).run();
  let now = 0;
  const watch = new HolderWatch(() => (now += LOOK_MS));
  let taken = takeLease(storage, 'the waiter', { watch });
  while ('holder' in taken) taken = takeLease(storage, 'the waiter', { watch });
  clearLeftovers(storage, taken.lease, 0, taken.left);
  const { state, error } = (await readSweep(storage, sweepId))!;
  expect([state, error]).toEqual([
    'interrupted',
    expect.stringMatching(/^Process 7 on laptop.* no sign of life for 90/),
  ]);
  say(`${state}: ${error}`);
});

fault('6', '12 sweeps are posted while another process trains', async ({ say }) => {
  const storage = await newStorage();
  lease(storage);
  let processes = 0;
  const spawn = async () => (processes++, { log: 'log', ended: new Promise<never>(() => {}) });
  const starter = new RunStarter({ storage, spawn, say: () => {} });
  for (let i = 0; i < 12; i++)
    await starter.start(`s${queueSweep(storage, request(plan(`sweep ${i}`), { definitionPath: null })).sweepId}`);
  expect(processes).toBe(1);
  say(`${processes} process waits for all of them`);
});

fault('7', 'the process that was started for a sweep dies at once', async ({ say }) => {
  const storage = await newStorage();
  const { sweepId } = queueSweep(storage, request(plan('dies')));
  const gone = join(temporaryFolder(), 'gone.db');
  const starter = new RunStarter({ storage, spawn: (id) => spawnRun(gone, id, false), say: () => {} });
  await starter.start(`s${sweepId}`);
  await vi.waitUntil(async () => (await readSweep(storage, sweepId))!.state === 'interrupted', { timeout: 60_000 });
  const { error } = (await readSweep(storage, sweepId))!;
  expect(error).toBe(`Its process ended early (exit code 2): Cannot open database ${gone}: there is no such file`);
  say(`interrupted: ${error}`);
});

fault('9', 'Ctrl-C twice in a run whose database is locked', async ({ say, onTestFinished }) => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const run = start(runArgs(writeStudy(folder)), { db });
  await run.until('it trained', () => countRuns(db, 'running') > 0);
  const lock = new Database(db);
  onTestFinished(() => void lock.close());
  lock.exec('BEGIN IMMEDIATE');
  run.pressCtrlC();
  await run.says('once more to stop now');
  run.pressCtrlC();
  const { code, stderr } = await run.ended;
  expect([code, stderr]).toEqual([130, expect.not.stringContaining('bug of Cosweep')]);
  say(`exit code ${code}, while the database is still locked`);
});

fault('13', 'a worker that hangs (SIGSTOP)', async ({ say, onTestFinished }) => {
  const patience = new Patience();
  patience.with = () => 500;
  const worker = new WorkerProcess(onEngine('wasm'), patience);
  onTestFinished(() => worker.kill());
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  const found = children.split('\n').find((line) => line.includes('workers/worker.js'))!;
  process.kill(Number.parseInt(found), 'SIGSTOP');
  const error: Error = await worker.opened.then(
    () => expect.fail('it opened'),
    (failure: Error) => failure,
  );
  expect(error.message).toMatch(/gave no sign of life for \d+ s and was killed/);
  say(error.message);
});

fault('16', 'two workers die while they open their engine', async ({ say }) => {
  const folder = temporaryFolder();
  const hook = join(folder, 'die.cjs');
  writeFileSync(hook, `if (/workers.worker\\.js$/.test(process.argv[1])) process.kill(process.pid, 'SIGKILL');`);
  vi.stubEnv('NODE_OPTIONS', `--require ${hook}`);
  const { code, stderr } = await cosweep(runArgs(writeStudy(folder, tiny)), { db: join(folder, 'study.db') });
  const said = stderr.trim().split('\n').at(-1)!;
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(/^Cannot train on engine wasm: two worker.*killed by SIGKILL/),
  ]);
  say(`exit code ${code}: ${said}`);
});

fault('Q', '`run x.json 2>&1 | head -1`, and `run x.json --json > /dev/full`', async ({ say }) => {
  const folder = temporaryFolder();
  const program = new URL('../../bin/cosweep.js', import.meta.url).pathname;
  const shell = (command: string): { code: number; stderr: string } => {
    try {
      execFileSync('bash', ['-c', command], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
      return { code: 0, stderr: '' };
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return { code: status, stderr };
    }
  };
  const run = `node ${program} --db piped.db --json ${runArgs(writeStudy(folder, tiny)).join(' ')}`;
  expect(shell(`${run} 2>&1 | head -1; exit \${PIPESTATUS[0]}`).code).toBe(0);
  expect((await inProcess(['--db', 'piped.db', 'list'], folder)).stdout).toMatch(/study +complete/);
  say('head -1: the sweep is complete');
  const full = shell(`${run} > /dev/full`);
  expect(full).toEqual({ code: 1, stderr: expect.stringContaining('Cannot write to stdout: the disk is full') });
  say(`/dev/full: exit code 1: ${full.stderr.trim().split('\n').at(-1)}`);
});

fault('R', 'wide characters in names, and 500 workers on a terminal of 24 rows', ({ say }) => {
  const worker = { run: 'r1', arm: '損失関数'.repeat(9), seed: 1, batch: 1, batches: 2, note: null };
  const view = { sweep: '比較', workers: Array.from({ length: 500 }, () => worker), runsDone: 0, runs: 500 };
  const lines = toProgressLines({ ...view, batchesDone: 0, batches: 9, secondsLeft: null }, { width: 80, height: 24 });
  expect(lines).toHaveLength(23);
  expect(Math.max(...lines.map(displayWidth))).toBeLessThan(80);
  say(`${lines.length} lines, the widest ${Math.max(...lines.map(displayWidth))} columns: ${lines.at(-2)!.trim()}`);
});

fault('O', 'no HOME, and no entry in the list of users', async ({ say }) => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('COSWEEP_CACHE', undefined);
  vi.stubEnv('XDG_CACHE_HOME', undefined);
  // Only root may become a user that is in no list; for others an empty HOME has to do.
  const user = process.getuid!() === 0 ? { user: { uid: 54_321, gid: 54_321 } } : {};
  vi.stubEnv('HOME', process.getuid!() === 0 ? undefined : '');
  const db = join(folder, 'study.db');
  const { code, stderr } = await cosweep(runArgs(writeStudy(folder, tiny)), { db, ...user });
  expect(code, stderr).toBe(0);
  expect(stderr.match(/There is no home folder/g)).toHaveLength(1);
  expect(readdirSync(folder)).toContainEqual(expect.stringMatching(/^cosweep-cache-\d+$/));
  say(stderr.split('\n').find((line) => line.includes('no home'))!);
});

fault('Z', 'the last accuracy of a run that diverged is that of batch 0', async ({ say }) => {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, plan('diverges'));
  for (const [i, { runId, stages }] of tasks.entries()) {
    startRun(storage, token, runId, RECORD);
    const segment = makeSegment(stages[0]!.stageId, 0, i === 0 ? 30 : 100);
    const [total, accuracy] = segment.columns;
    const columns = i === 0 ? [total!, { ...accuracy!, batches: [0], values: [0.99] }] : [total!, accuracy!];
    const outcome = i === 0 ? { state: 'diverged' as const, batch: 29, intraDead: null } : COMPLETE;
    commitSegment(storage, token, { ...segment, columns, checkpoint: null, ends: [{ runId, outcome }] });
  }
  for (const descending of [true, false]) {
    const { items } = listRuns(storage, sweepId, { sort: 'last:val/accuracy', descending });
    expect(items.map(({ state }) => state)).toEqual(['complete', 'diverged']);
    expect(items[1]!.metrics['val/accuracy']!.last).toBeNull();
  }
  say('its last accuracy is empty, and it stands below the run that is complete in either direction');
});

const COMPLETE = { state: 'complete' as const, intraDead: null };

fault('Small', '`list` says times in UTC and does not say so', async ({ say }) => {
  const folder = temporaryFolder();
  const storage = await newStorage(join(folder, 'study.db'));
  queueSweep(storage, request(plan('listed')), Date.UTC(2026, 10, 29, 17, 33));
  vi.stubEnv('TZ', 'Asia/Kolkata');
  const { stdout } = await inProcess(['--db', 'study.db', 'list'], folder);
  expect(stdout).toContain('2026-11-29 23:03 +05:30');
  say(stdout.trim());
});

fault('Small', 'a process died with a cancel pending', async ({ say }) => {
  const storage = await newStorage();
  const { sweepId } = begin(storage, lease(storage), plan('cancelled'));
  cancelSweep(storage, sweepId);
  storage.raw.prepare(`UPDATE "Lease" SET holder = 'died'`).run();
  clearLeftovers(storage, (takeLease(storage, 'the next one') as { lease: Lease }).lease, 0);
  const [sweep] = (await listSweeps(storage)).items;
  const { state, cancelling, finishedAt, counts } = sweep!;
  expect([state, cancelling, finishedAt, counts.cancelled]).toEqual(['cancelled', false, expect.any(Date), 2]);
  say(`${state}, with ${counts.cancelled} runs cancelled, finished at a time`);
});
