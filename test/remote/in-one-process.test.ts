import { expect, test, vi } from 'vitest';
import type { Hire } from '../../server/runner/workers/hire-worker.ts';
import { WorkerError, type Trainer } from '../../server/runner/workers/trainer.ts';
import { ask, countRuns, snapshot } from '../runner/snapshot.ts';
import type { Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { Here } from './here.ts';
import { InMemory } from './in-memory.ts';

const study: Study = { beta: [0.3, 0.4], N: [0, 60], seeds: 2, small: true };
const other: Study = { name: 'other', N: [0, 30], seeds: [3], small: true };

test('two sweeps, one after the other, with every message and every ticket delivered twice: the bits are the same', async () => {
  const here = await Here.open(new InMemory(2));
  const [first, second] = [await here.queue(study), await here.queue(other)];
  const workers = [here.worker(), here.worker({ slots: 2 })];
  expect(await here.train(first)).toMatchObject({ state: 'complete', runs: { failed: 0 } });
  expect(await Promise.all(workers)).toEqual([null, null]);
  expect(await snapshot(here.db, `s${first}`)).toEqual((await undisturbed(study)).results);
  expect(await snapshot(here.db, `s${second}`)).toEqual((await undisturbed(other)).results);
  expect(ask(here.db, 'SELECT count(*) FROM "Stage" WHERE batch <> toBatch')).toBe(0);
  expect(here.head.dropped).toBeGreaterThan(0);
  expect(here.post.errors).toEqual([]);
});

test('a broker that loses all it has, again and again, costs time and nothing else', async () => {
  const here = await Here.open();
  const sweep = await here.queue(study);
  const workers = [here.worker(), here.worker()];
  const losing = setInterval(() => here.post.loseAll(), 2_000);
  expect(await here.train(sweep)).toMatchObject({ state: 'complete', runs: { failed: 0 } });
  clearInterval(losing);
  expect(await snapshot(here.db)).toEqual((await undisturbed(study)).results);
  await Promise.all(workers);
});

test('a stage that fails wherever it is tried fails for good after three times, with the reason', async () => {
  const here = await Here.open();
  const sweep = await here.queue({ ...other, N: [0] });
  const failing: Hire = () => trainer({ train: () => Promise.reject(new WorkerError('NaN in the weights')) });
  void here.worker({ hire: failing });
  void here.worker({ hire: failing });
  expect(await here.train(sweep)).toMatchObject({ runs: { complete: 0, failed: 2 } });
  const error = ask<string>(here.db, 'SELECT error FROM "Run" WHERE state = ?', 'failed');
  expect(error).toMatch(/^On \S+: NaN in the weights \(tried 3 times\)$/);
});

test('a worker whose engine does not open ends with the reason; the others train', async () => {
  const here = await Here.open();
  const sweep = await here.queue(other);
  const opened = Promise.reject(new WorkerError('no adapter'));
  opened.catch(() => {});
  const broken = here.worker({ hire: () => trainer({ opened, dead: true }) });
  void here.worker();
  expect(await here.train(sweep)).toMatchObject({ state: 'complete' });
  expect(await broken).toBe('Cannot train on wasm here: no adapter');
  expect(here.said.join('\n')).toContain('cannot train this sweep: no adapter');
});

test('Ctrl-C of the head: what is in training ends with a checkpoint, the workers go home', async () => {
  const here = await Here.open();
  const sweep = await here.queue(study);
  const stop = new AbortController();
  const workers = [here.worker(), here.worker()];
  const training = here.train(sweep, stop.signal);
  await vi.waitFor(() => expect(countRuns(here.db, 'running')).toBeGreaterThan(0), { timeout: 60_000 });
  stop.abort();
  expect(await training).toMatchObject({ state: 'interrupted' });
  expect(await Promise.all(workers)).toEqual([null, null]);
  expect(ask(here.db, 'SELECT count(*) FROM "Run" WHERE state = ?', 'running')).toBe(0);
});

/** A trainer that does nothing, but for what is given. */
function trainer(more: Partial<Trainer>): Trainer {
  return {
    opened: Promise.resolve({ device: 'CPU', versions: {} }),
    sign: async (structures) => structures.map(() => null),
    train: async () => {},
    holds: () => false,
    stop: () => {},
    kill: () => {},
    end: async () => {},
    pid: null,
    dead: false,
    ...more,
  };
}
