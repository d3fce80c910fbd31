import { expect, test, vi } from 'vitest';
import { Logs } from '../../server/runner/logs/logs.ts';
import { Patience } from '../../server/runner/patience.ts';
import { hireOn, type Hire } from '../../server/runner/workers/hire-worker.ts';
import { RemoteGone } from '../../server/runner/workers/remote-gone.ts';
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

test('a worker whose process dies of measuring its bits has three tries, as one of this machine', async () => {
  const here = await Here.open();
  const sweep = await here.queue(other);
  const real = hireOn('wasm', () => null, { patience: new Patience(), logs: Logs.none() });
  let hired = 0;
  void here.worker({ hire: (seat) => (++hired < 3 ? diesOfMeasuring() : real(seat)) });
  expect(await here.train(sweep)).toMatchObject({ state: 'complete', runs: { failed: 0 } });
  expect(hired).toBe(3);
  expect(ask(here.db, 'SELECT count(*) FROM "Stage" WHERE bits IS NULL')).toBe(0);
});

test('where all three die of it the bits are unknown, and it trains nevertheless', async () => {
  const here = await Here.open();
  const sweep = await here.queue(other);
  const real = hireOn('wasm', () => null, { patience: new Patience(), logs: Logs.none() });
  let hired = 0;
  void here.worker({ hire: (seat) => (++hired <= 3 ? diesOfMeasuring() : real(seat)) });
  expect(await here.train(sweep)).toMatchObject({ state: 'complete', runs: { failed: 0 } });
  expect(here.said).toContain('the bits that this machine computes could not be measured: it was killed');
  expect(ask(here.db, 'SELECT count(*) FROM "Stage" WHERE bits IS NOT NULL')).toBe(0);
});

test('a worker that has none of what the head takes for held there fetches it again: the bits are the same', async () => {
  const here = await Here.open();
  const sweep = await here.queue(study);
  const real = hireOn('wasm', () => null, { patience: new Patience(), logs: Logs.none() });
  const forgetful: Hire = (seat) => Object.assign(real(seat), { holds: () => false });
  void here.worker({ hire: forgetful, cached: 0 });
  expect(await here.train(sweep)).toMatchObject({ state: 'complete', runs: { failed: 0 } });
  expect(await snapshot(here.db)).toEqual((await undisturbed(study)).results);
});

test('a stage of which segments come that are none fails after three tries, with the reason', async () => {
  const here = await Here.open();
  const sweep = await here.queue({ ...other, N: [0] });
  const wrong = { from: 0, to: 9_999, points: [], evaluations: [], checkpoint: null, usage: null, result: null };
  const hire: Hire = () => {
    let kill = (_: Error): void => {};
    return trainer({
      async train(_, { onLoaded, onSegment }) {
        onLoaded({ classes: null, evaluated: null });
        void onSegment({ ...wrong, seconds: { training: 1, evaluation: 0 } });
        await new Promise((_, reject) => (kill = reject));
      },
      kill: () => kill(new WorkerError('it was killed')),
    });
  };
  void here.worker({ hire });
  expect(await here.train(sweep)).toMatchObject({ runs: { complete: 0, failed: 2 } });
  expect(ask<string>(here.db, 'SELECT error FROM "Run" WHERE state = ?', 'failed')).toMatch(
    /^On \S+: its worker sent the batches \[0, 9999\), where those from 0 to 120 are wanted \(tried 3 times\)$/,
  );
});

test('where the broker is given up the sweep ends with what to do; nothing is lost, and it goes on afterwards', async () => {
  const here = await Here.open();
  const sweep = await here.queue(study);
  const stop = new AbortController();
  const worker = here.worker({ stop: stop.signal });
  const training = here.train(sweep);
  await vi.waitFor(() => expect(countRuns(here.db, 'complete')).toBeGreaterThan(0), { timeout: 60_000 });
  here.head.fail(new RemoteGone('the broker is gone; start it again'));
  await expect(training).rejects.toThrow('the broker is gone; start it again');
  expect(ask(here.db, 'SELECT state || \' \' || error FROM "Sweep"')).toBe(
    'interrupted the broker is gone; start it again',
  );
  expect(countRuns(here.db, 'running')).toBe(0);
  const complete = countRuns(here.db, 'complete');
  stop.abort();
  await worker;

  const again = await here.again(sweep);
  void again.worker();
  expect(await again.train(sweep)).toMatchObject({ state: 'complete', runs: { failed: 0 } });
  expect(complete).toBeGreaterThan(0);
  expect(await snapshot(here.db)).toEqual((await undisturbed(study)).results);
});

test('a head whose broker is given up waits for nobody', async () => {
  const here = await Here.open();
  const sweep = await here.queue(other);
  const training = here.train(sweep, new AbortController().signal, 'auto');
  here.head.fail(new RemoteGone('the broker is gone'));
  await expect(training).rejects.toThrow('the broker is gone');
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

function diesOfMeasuring(): Trainer {
  const dying = trainer({
    sign: async () => {
      Object.assign(dying, { dead: true });
      throw new WorkerError('it was killed');
    },
  });
  return dying;
}

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
