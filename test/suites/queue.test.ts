import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { releaseLease, takeLease, type Lease } from '../../server/store/database/lease.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { size } from '../helpers/size.ts';
import { temporaryFolder } from '../runner/study.ts';
import { loadOf, runsOn, serve, tinySweep } from './served.ts';

interface Started {
  id: string;
}
interface Sweep {
  state: string;
  error: string | null;
}

const QUEUED = size(4, 40);

test(`${QUEUED} queued sweeps are one waiting process, which trains all of them when its turn comes`, async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const { program, get, post } = await serve(db);
  const storage = await openStorage({ file: db, create: false });
  onTestFinished(() => storage.close());
  const { lease } = takeLease(storage, 'a test') as { lease: Lease };
  const ids: string[] = [];
  for (let i = 0; i < QUEUED; i++) {
    const { status, body } = await post<Started>('/sweeps', {
      definition: tinySweep(`sweep ${i}`),
      baseFolder: folder,
      engine: 'wasm',
    });
    expect(status).toBe(201);
    ids.push(body.id);
    expect((await post(`/sweeps/${body.id}/resume`)).status).toBe(202);
  }
  const waiting = runsOn(db);
  expect(waiting).toHaveLength(1);
  expect(loadOf(waiting[0]!).megabytes).toBeLessThan(3 * 200);

  releaseLease(storage, lease);
  const states = async (): Promise<string[]> =>
    Promise.all(ids.map(async (id) => (await get<Sweep>(`/sweeps/${id}`)).state));
  while ((await states()).some((state) => state === 'queued' || state === 'running')) {
    expect(runsOn(db).length).toBeLessThanOrEqual(1);
    await sleep(500);
  }
  expect(new Set(await states())).toEqual(new Set(['complete']));
  program.signal('SIGTERM');
  await program.ended;
});

test('a started process that dies at once leaves its sweep with the reason, and the queue goes on', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const { program, get, post } = await serve(db);
  const start = async (name: string): Promise<string> =>
    (await post<Started>('/sweeps', { definition: tinySweep(name), baseFolder: folder, engine: 'wasm' })).body.id;
  const [first, second] = [await start('first'), await start('second')];
  process.kill(runsOn(db)[0]!, 'SIGKILL');
  const read = (id: string): Promise<Sweep> => get<Sweep>(`/sweeps/${id}`);
  while ((await read(second)).state !== 'complete') await sleep(200);
  expect(await read(first)).toMatchObject({
    state: 'interrupted',
    error: expect.stringContaining('Its process ended early (killed by SIGKILL)'),
  });
  program.signal('SIGTERM');
  await program.ended;
});
