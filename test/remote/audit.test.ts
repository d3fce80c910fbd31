import { expect, test, vi } from 'vitest';
import { exitCodeOf } from '../../server/cli/train.ts';
import type { Series } from '../../server/training/curve-buffer.ts';
import { WorkerError, type Trainer } from '../../server/runner/workers/trainer.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import { cosweep } from '../helpers/cosweep.ts';
import { ask, snapshot } from '../runner/snapshot.ts';
import type { Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { Here, hireHere } from './here.ts';

const study: Study = { beta: [0.3], N: [0, 60], seeds: 2, small: true };

vi.setConfig({ testTimeout: 180_000 });

const never = new AbortController().signal;

test('two machines that compute the same: some stages are trained again, and nothing that is stored changes', async () => {
  const here = await Here.open();
  const sweep = await here.queue(study);
  const workers = [here.worker(), here.worker()];
  const summary = await here.train(sweep, never, 'wasm', { audit: true });
  expect(summary).toMatchObject({ state: 'complete', audit: { different: 0 } });
  expect(summary!.audit!.stages).toBeGreaterThan(0);
  expect(here.said.join('\n')).toMatch(/s1 was audited: .* trained again on another machine, with the same bits/);
  expect(await Promise.all(workers)).toEqual([null, null]);
  expect(await snapshot(here.db)).toEqual((await undisturbed(study)).results);
  expect(ask(here.db, 'SELECT audit FROM "Sweep"')).toBe(null);
  expect(exitCodeOf(summary!, 'failed')).toBe(0);
});

test('a machine with other bits than its class: log, tables and exit code say so, with batch and metric', async () => {
  const here = await Here.open();
  const sweep = await here.queue(study);
  void here.worker({ hire: (seat) => lie(hireHere(seat)) });
  void here.worker({ hire: (seat) => lie(hireHere(seat)) });
  const summary = await here.train(sweep, never, 'wasm', { audit: true });
  expect(summary).toMatchObject({ state: 'complete', runs: { failed: 0 } });
  const { stages, different } = summary!.audit!;
  expect(different).toBe(stages);
  const said = here.said.find((sentence) => sentence.includes('THE AUDIT FOUND A DIFFERENCE'));
  expect(said).toMatch(
    /stage g\d+ \[\d+, \d+\), of class [0-9a-f]{12}: train\/total at batch \d+ is \S+ on \S+ \(process \d+\), and \S+ on \S+ \(process \d+\)/,
  );
  expect(exitCodeOf(summary!, 'failed')).toBe(1);
  expect(exitCodeOf(summary!, 'none')).toBe(0);
  // What was trained first stays.
  expect(await snapshot(here.db)).toEqual((await undisturbed(study)).results);
  const storage = await openStorage({ file: here.db, create: false });
  const results = readResults(storage, sweep, [])!;
  await storage.close();
  expect((await cosweep(['show', 's1'], { db: here.db })).stdout).toContain(`MACHINES DIFFER: ${results.audit}`);
  expect(results.audit).toContain('train/total at batch');
  expect(buildAblationTable(results).tables[0]!.note.join(' ')).toContain(
    `Machines that should compute the same bits do not: ${results.audit}. One of them may be faulty.`,
  );
});

test('one machine alone: the sweep ends as ever, and says that nothing was audited; others are not asked for it', async () => {
  const here = await Here.open();
  const sweep = await here.queue({ ...study, N: [0], seeds: [3] });
  await here.queue({ ...study, name: 'others', N: [0], seeds: [4] });
  void here.worker({ slots: 2 });
  expect(await here.train(sweep, never, 'wasm', { audit: true })).toMatchObject({
    state: 'complete',
    audit: { stages: 0 },
  });
  expect(here.said.join('\n')).toMatch(/s1 was not audited: nobody else was there who computes the same bits/);
  expect(here.said.join('\n')).not.toMatch(/s2 was not audited/);
  expect(ask(here.db, `SELECT group_concat(state) FROM "Sweep"`)).toBe('complete,complete');
});

test('a machine that cannot train a stage again is not asked for ever, and the sweep is complete all the same', async () => {
  const here = await Here.open();
  const sweep = await here.queue({ ...study, N: [0], seeds: [3] });
  let asked = 0;
  const hire = (seat: number): Trainer =>
    whenAudited(hireHere(seat), async () => {
      asked++;
      throw new WorkerError('NaN in the weights');
    });
  void here.worker({ hire });
  void here.worker({ hire });
  expect(await here.train(sweep, never, 'wasm', { audit: true })).toMatchObject({
    state: 'complete',
    runs: { failed: 0 },
    audit: { stages: 0, different: 0 },
  });
  expect(asked).toBe(3);
  expect(here.said.join('\n')).toMatch(/Stage g\d+ could not be audited: On \S+: NaN in the weights/);
});

/** Trains a stage again with one other number. */
function lie(trainer: Trainer): Trainer {
  return whenAudited(trainer, (order, told) =>
    trainer.train(order, {
      ...told,
      onSegment: ({ points, ...segment }) => told.onSegment({ ...segment, points: points.map(bend) }),
    }),
  );
}

/** Trains what is to be stored as it should be, and anything else in another way. */
function whenAudited(trainer: Trainer, again: Trainer['train']): Trainer {
  return {
    get opened() {
      return trainer.opened;
    },
    get pid() {
      return trainer.pid;
    },
    get dead() {
      return trainer.dead;
    },
    sign: (structures) => trainer.sign(structures),
    holds: (hash) => trainer.holds(hash),
    stop: () => trainer.stop(),
    kill: () => trainer.kill(),
    end: () => trainer.end(),
    train: (order, told) => ('stageId' in order ? trainer.train(order, told) : again(order, told)),
  };
}

function bend(series: Series): Series {
  if (series.metric !== 'train/total') return series;
  return { ...series, values: series.values.map((value, i) => (i === 0 ? value + 1e-9 : value)) };
}
