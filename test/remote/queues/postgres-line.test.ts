import { describe, expect, onTestFinished, test } from 'vitest';
import { askPostgres } from '../../../server/remote/broker/ask-postgres.ts';
import { openBull } from '../../../server/remote/queues/bull.ts';
import type { PostOffice } from '../../../server/remote/queues/post-office.ts';
import { hasPostgres, startPostgres } from '../../helpers/postgres.ts';

const SEQUENCES = `SELECT sequencename FROM pg_sequences WHERE schemaname = 'cosweep' ORDER BY 1`;

describe.skipIf(!hasPostgres)('queues on PostgreSQL', () => {
  test('at the end nothing is left of them, the sequences of those neither whose worker said no goodbye', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.remove());
    const open = async (): Promise<PostOffice> => {
      const options = { url: postgres.url, certificate: null, prefix: 'cosweep-1', lock: 1_000, log: () => {} };
      const post = await openBull(options);
      onTestFinished(() => post.close());
      return post;
    };
    const ask = (text: string): Promise<unknown[]> =>
      askPostgres(postgres.url, null, async (server) => (await server.query(text)).rows);
    const [post, before] = [await open(), await open()];
    const own = await ask(SEQUENCES);
    for (let n = 0; n < 3; n++) await before.send(`worker.${n}`, 'end');
    expect((await ask(SEQUENCES)).length).toBeGreaterThan(own.length);
    await before.close();
    await post.clear();
    expect(await ask(SEQUENCES)).toEqual(own);
    expect(await ask('SELECT queue FROM cosweep.job UNION SELECT queue FROM cosweep.meta')).toEqual([]);
  });
});
