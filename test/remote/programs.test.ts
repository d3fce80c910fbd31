import { expect, test } from 'vitest';
import { hireCrew } from '../../server/runner/workers/hire-crew.ts';
import type { RemoteWorkers } from '../../server/runner/workers/remote-workers.ts';
import { Logs } from '../../server/runner/logs/logs.ts';
import { Patience } from '../../server/runner/patience.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { makePlan, newStorage, request } from '../store/support.ts';

test('a sweep that a user’s own program trains is refused by a head that has workers on other machines', async () => {
  const storage = await newStorage();
  const plan = makePlan([{ beta: 0 }], [1]);
  const { sweepId } = queueSweep(storage, { ...request(plan), engine: 'program:0123456789ab' });
  const nobody: RemoteWorkers = {
    temporaries: 'brought.checkpoint',
    begin: () => {},
    engine: async (wanted) => wanted,
    gather: () => expect.fail('it has begun'),
    seating: () => expect.fail('it has begun'),
    present: () => expect.fail('it has begun'),
  };
  const options = { engine: 'auto', device: null, workers: 1, fresh: false, tell: () => {}, remote: nobody } as const;
  const hiring = hireCrew(
    { storage, sweepId, ...options, patience: new Patience(), logs: Logs.none() },
    new AbortController().signal,
  );
  await expect(hiring).rejects.toThrow(
    /^Cannot train s1 on other machines: its definition names a program, .*wanted: cosweep run without --listen and --url/,
  );
});
