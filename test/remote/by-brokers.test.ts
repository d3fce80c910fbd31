import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openBull } from '../../server/remote/queues/bull.ts';
import { ask, snapshot } from '../runner/snapshot.ts';
import type { Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { Here } from './here.ts';
import { BROKERS, type TestedBroker } from './queues/brokers.ts';

const study: Study = { beta: [0.3, 0.4], N: [0, 60], seeds: 2, small: true };

vi.setConfig({ testTimeout: 180_000 });

describe.each(BROKERS)('by way of %s', (_, isHere, start) => {
  describe.skipIf(!isHere)('a sweep', () => {
    let broker: TestedBroker;
    beforeAll(async () => {
      broker = await start();
    });
    afterAll(() => broker.remove());

    test('has the same bits, though the broker is killed meanwhile', async () => {
      const { url, certificate } = broker;
      const said: string[] = [];
      const post = await openBull({ url, certificate, prefix: 'a-sweep', lock: 3_000, log: (text) => said.push(text) });
      onTestFinished(() => post.close());
      const here = await Here.by(post);
      const sweep = await here.queue(study);
      const workers = [here.worker(), here.worker({ slots: 2 })];
      const trained = here.train(sweep);
      while (ask<number>(here.db, 'SELECT count(*) FROM "Stage" WHERE batch > 0') === 0)
        await new Promise((resolve) => setTimeout(resolve, 50));
      await broker.restart();
      expect(await trained, said.join('\n')).toMatchObject({ state: 'complete', runs: { failed: 0 } });
      expect(await Promise.all(workers)).toEqual([null, null]);
      expect(await snapshot(here.db)).toEqual((await undisturbed(study)).results);
    });
  });
});
