import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Machines } from '../../server/store/reading/list-machines.ts';
import { cosweepHere } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';
import { ask } from '../runner/snapshot.ts';
import { several, type Several } from './several.ts';

const STUDY = { beta: [0.3, 0.4], N: [0, 30, 60, 90], seeds: 6 };

test('who is there is seen from the beginning of a head to its end', async () => {
  const all = several(STUDY);
  const head = all.startHead();
  await head.says('cosweep worker --join');
  expect(await seen(all, (listening) => listening !== null)).toMatchObject({ machines: [], waiting: [] });
  expect((await inProcess(['--db', all.db, 'workers'], dirname(all.db))).stdout).toContain('No worker is there');

  const [first, second] = [all.startWorker(), all.startWorker('--slots', '2')];
  const both = await seen(all, (listening) => trainingIn(listening) === 2);
  const [one, other] = both!.machines;
  expect(both).toMatchObject({ head: { pid: head.pid }, sweep: 's1', waiting: [] });
  expect([one!.pid, other!.pid].sort()).toEqual([first.pid, second.pid].sort());
  expect(one!.bits).toMatch(/^[0-9a-f]{12}$/);
  expect(other).toMatchObject({ engine: 'wasm', bits: one!.bits, device: one!.device, versions: one!.versions });
  for (const { trains, slots } of both!.machines) {
    expect(trains.length).toBeLessThanOrEqual(slots);
    for (const { stage, seed, runs } of trains) {
      const stored = `SELECT json_group_array('r' || p.runId) FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId
        WHERE g.id = ? AND g.seed = ?`;
      const names = JSON.parse(ask<string>(all.db, stored, Number(stage.slice(1)), seed)) as string[];
      expect(runs.map(({ run }) => run).sort()).toEqual(names.sort());
    }
  }

  first.signal('SIGTERM');
  const left = await seen(all, (listening) => listening!.machines.some(({ state }) => state === 'gone'));
  expect(left!.machines.at(-1)).toMatchObject({ pid: first.pid, state: 'gone', reason: 'it has left', trains: [] });

  head.signal('SIGTERM');
  await head.ended;
  expect(await read(all)).toBeNull();
  expect(ask(all.db, 'SELECT (SELECT count(*) FROM "RemoteHead") + (SELECT count(*) FROM "RemoteWorker")')).toBe(0);
  const { code, stderr } = await inProcess(['--db', all.db, 'workers'], dirname(all.db));
  expect([code, stderr]).toEqual([0, expect.stringContaining('No process lets workers on other machines train')]);
});

function trainingIn(listening: Machines | null): number {
  return listening?.machines.filter(({ state, trains }) => state === 'training' && trains.length > 0).length ?? 0;
}

/** Looks until it is as it should be. */
async function seen(all: Several, holds: (listening: Machines | null) => boolean): Promise<Machines | null> {
  for (;;) {
    const listening = await read(all);
    if (holds(listening)) return listening;
    await sleep(200);
  }
}

async function read(all: Several): Promise<Machines | null> {
  return (await cosweepHere<{ listening: Machines | null }>(['workers'], all)).listening;
}
