import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Stream } from '../../server/sweep/random.ts';
import { untilNoneIsLeft, type Cosweep } from '../helpers/cosweep.ts';
import { size } from '../helpers/size.ts';
import { ask, countRuns, snapshot } from '../runner/snapshot.ts';
import type { Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { brokerOf, several, type Several } from './several.ts';

/** In seconds: short, so that whoever is silent is lost soon. */
const LOCK = 2;

/** What may happen while four workers train for a head. Afterwards there are four workers and a head again. */
const FAULTS: Record<string, (all: Several, workers: Cosweep[], at: number) => Promise<void>> = {
  async 'a worker is killed'(all, workers, at) {
    workers[at]!.signal('SIGKILL');
    await replace(all, workers, at);
  },
  async 'a worker’s own worker process is killed'(_, workers, at) {
    for (const pid of workers[at]!.children()) kill(pid);
  },
  async 'the head is killed, and started again'(all) {
    all.head.signal('SIGKILL');
    await all.head.ended;
    await all.startHead().says('cosweep worker --join');
  },
  async 'the broker is killed'(all) {
    kill(brokerOf(all));
  },
  async 'a worker stands still for three lock times'(_, workers, at) {
    workers[at]!.signal('SIGSTOP');
    await sleep(3 * LOCK * 1_000);
    workers[at]!.signal('SIGCONT');
  },
  async 'a worker is asked to end'(all, workers, at) {
    workers[at]!.signal('SIGTERM');
    const { code, stderr } = await workers[at]!.ended;
    expect(code, stderr).toBe(0);
    await replace(all, workers, at);
  },
};

/** `COSWEEP_REMOTE_KILLS=50` for more; each happens once, then they are drawn. */
const COUNT = Number(process.env['COSWEEP_REMOTE_KILLS'] ?? size(Object.keys(FAULTS).length, 50));
const SEED = Number(process.env['COSWEEP_KILLS_SEED'] ?? 1);

/** Many short stages, so that some are stored between two faults. */
const study: Study = { beta: [0.3, 0.4], N: [0, 15, 30, 45, 60, 75, 90, 105], seeds: 4, small: true };

vi.setConfig({ testTimeout: 300_000 + COUNT * 60_000 });

test(`after ${COUNT} faults of workers, head and broker a sweep has the points, checkpoints and artefacts of an undisturbed one`, async () => {
  vi.stubEnv('COSWEEP_LOCK', String(LOCK));
  const expected = (await undisturbed(study)).results;
  const moments = new Stream(SEED, 'remote kills');
  const names = Object.keys(FAULTS);
  for (let count = 0; count < COUNT;) {
    // A sweep that got to its end is compared, and another one begun with the faults that are left.
    const all = several(study);
    await all.startHead().says('cosweep worker --join');
    const workers = Array.from({ length: 4 }, () => all.startWorker());
    while (count < COUNT && (await trains(all, moments))) {
      const name = names[count < names.length ? count : moments.below(names.length)]!;
      await FAULTS[name]!(all, workers, moments.below(workers.length));
      count++;
    }
    await compare(all, workers, expected);
  }
});

/** Stages on the way of a run that is complete; one that diverged has no more to train. */
const UNFINISHED = `SELECT count(*) FROM "Stage" g JOIN "RunStage" p ON p.stageId = g.id JOIN "Run" r ON r.id = p.runId
  WHERE g.batch <> g.toBatch AND r.state <> 'diverged'`;

/** Waits for a random moment in training. @returns false where there is none any more */
async function trains(all: Several, moments: Stream): Promise<boolean> {
  const { head } = all;
  let isOver = false;
  void head.ended.then(() => (isOver = true));
  while (!isOver && !(head.stderr().includes('has come') && countRuns(all.db, 'running') > 0)) await sleep(20);
  await sleep(moments.uniform() * 1_000);
  return !isOver;
}

async function compare(all: Several, workers: Cosweep[], expected: unknown): Promise<void> {
  const { code, stderr } = await all.head.ended;
  expect(code, stderr).toBe(0);
  for (const worker of workers) {
    const { code, stderr } = await worker.ended;
    // One that was started when all was done meanwhile finds nobody.
    if (!stderr.includes('nobody listens there')) expect(code, stderr).toBe(0);
    await untilNoneIsLeft(worker);
  }
  expect(await snapshot(all.db)).toEqual(expected);
  expect(ask(all.db, UNFINISHED)).toBe(0);
  expect(ask(all.db, 'PRAGMA integrity_check')).toBe('ok');
  const folder = `${all.db}.checkpoints`;
  expect(existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tmp')) : []).toEqual([]);
}

async function replace(all: Several, workers: Cosweep[], at: number): Promise<void> {
  const before = workers[at]!;
  await before.ended;
  workers[at] = all.startWorker();
  await untilNoneIsLeft(before);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
