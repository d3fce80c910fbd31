import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { FULL_SIZE, size } from '../helpers/size.ts';
import { temporaryFolder } from '../runner/study.ts';
import { loadOf, serve, tinySweep, type Load } from './served.ts';

/** `COSWEEP_SOAK_MINUTES=10` for another time than an hour. */
const MINUTES = size(0, Number(process.env['COSWEEP_SOAK_MINUTES'] ?? 60));
/** However short the time is. The first sweeps warm the server up. */
const [LEAST, WARM] = [size(3, 30), size(1, 10)];

vi.setConfig({ testTimeout: (MINUTES + 10) * 60_000 });

interface Detail {
  state: string;
}

test(`small sweeps, one after the other, with the dashboard open: its memory and its handles stay as they are`, async () => {
  const folder = temporaryFolder();
  const { program, get, post, listen } = await serve(join(folder, 'study.db'));
  const events = await listen();
  const train = async (name: string): Promise<void> => {
    const body = { definition: tinySweep(name), baseFolder: folder, engine: 'wasm' };
    const { id } = (await post<{ id: string }>('/sweeps', body)).body;
    for (;;) {
      const { state } = await get<Detail>(`/sweeps/${id}`);
      if (state === 'complete') break;
      expect(['queued', 'running']).toContain(state);
      await sleep(100);
    }
    // What an open dashboard asks for when a sweep has ended.
    for (const path of ['', '/ablation', '/runs', '/stages', '/pairs']) await get(`/sweeps/${id}${path}`);
  };
  const until = Date.now() + MINUTES * 60_000;
  let before: Load | null = null;
  let sweeps = 0;
  while (sweeps < LEAST || Date.now() < until) {
    await train(`sweep ${sweeps}`);
    if (++sweeps === WARM) before = loadOf(program.pid);
  }
  const after = loadOf(program.pid);
  if (FULL_SIZE) console.log(`${sweeps} sweeps: ${JSON.stringify(before)}, then ${JSON.stringify(after)}`);
  expect(events.count()).toBeGreaterThan(0);
  expect(after.handles).toBeLessThanOrEqual(before!.handles + 5);
  expect(after.megabytes).toBeLessThan(1.5 * before!.megabytes + 50);
  events.end();
  program.signal('SIGTERM');
  expect((await program.ended).code).toBe(143);
});
