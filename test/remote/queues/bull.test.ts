import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openBull } from '../../../server/remote/queues/bull.ts';
import type { PostOffice } from '../../../server/remote/queues/post-office.ts';
import { hasRedis } from '../../helpers/redis.ts';
import { OwnRedis } from '../own-redis.ts';

async function open(redis: OwnRedis, prefix = 'cosweep-1'): Promise<PostOffice> {
  const post = await openBull({ url: redis.url, certificate: null, prefix, lock: 1_000, log: () => {} });
  onTestFinished(() => post.close());
  return post;
}

async function started(): Promise<OwnRedis> {
  const redis = await OwnRedis.choosePort();
  await redis.start();
  return redis;
}

describe.skipIf(!hasRedis)('queues on a server', () => {
  test('a queue that is forgotten leaves nothing, and works as before where somebody still uses it', async () => {
    const redis = await started();
    const [head, worker] = [await open(redis), await open(redis)];
    const taken: unknown[] = [];
    const inbox = worker.receive('worker.a', async (text) => void taken.push(text));
    await head.send('worker.a', 'one');
    await vi.waitFor(() => expect(taken).toEqual(['one']));
    await head.forget('worker.a');
    await head.send('worker.a', 'two');
    await vi.waitFor(() => expect(taken).toEqual(['one', 'two']), { timeout: 20_000 });
    await inbox.end();
    await head.forget('worker.a');
    expect(await redis.connect().keys('*')).toEqual([]);
    await head.forget('worker.that-never-was');
    expect(await redis.connect().keys('*')).toEqual([]);
  });

  test('what waits in a queue that is forgotten, and what somebody has, is gone with it', async () => {
    const redis = await started();
    const post = await open(redis);
    const tickets = post.tickets('orders.a');
    for (const ticket of ['ticket-a', 'ticket-b']) await tickets.add(ticket);
    let release = (): void => {};
    const has = new Promise<void>((resolve) => {
      post.use('orders.a', 1, async () => {
        resolve();
        await new Promise<void>((end) => (release = end));
      });
    });
    await has;
    await tickets.clear();
    expect([await tickets.isThere('ticket-a'), await tickets.isThere('ticket-b')]).toEqual([false, false]);
    release();
  });

  test('events of a queue do not grow with what goes through it', async () => {
    const redis = await started();
    const post = await open(redis);
    let taken = 0;
    post.receive('head', async () => void taken++);
    for (let n = 0; n < 1_000; n++) void post.send('head', String(n));
    await vi.waitFor(() => expect(taken).toBe(1_000), { timeout: 60_000 });
    const events = (await redis.connect().xlen('cosweep-1:head:events')) as number;
    expect(events).toBeLessThan(300); // Redis takes them away a hundred at a time
  });

  test('at the end nothing of this database is left on a server of others, and what is theirs stays', async () => {
    const redis = await started();
    const client = redis.connect();
    await client.set('theirs', 'yes');
    const [post, before, other] = [await open(redis), await open(redis), await open(redis, 'cosweep-12')];
    await other.send('head', 'hello');
    for (let n = 0; n < 50; n++) await before.send(`worker.${n}`, 'end'); // who did not say goodbye
    await before.tickets('orders.a').add('ticket-a');
    await post.send('head', 'hello');
    await post.clear();
    const keys = await client.keys('*');
    expect(keys.filter((key) => !key.startsWith('cosweep-12:'))).toEqual(['theirs']);
    expect(keys).toContain('cosweep-12:head:wait');
  });

  test('a prefix that has stars stands for itself alone', async () => {
    const redis = await started();
    const [post, other] = [await open(redis, 'a*[b]?'), await open(redis, 'aaab?')];
    await other.send('head', 'hello');
    await post.send('head', 'hello');
    await post.clear();
    const keys = await redis.connect().keys('*');
    expect(keys.every((key) => key.startsWith('aaab?:'))).toBe(true);
    expect(keys).not.toEqual([]);
  });

  test('whoever forgets waits for a server that is away', async () => {
    const redis = await started();
    const post = await open(redis);
    await post.send('worker.a', 'one');
    await redis.kill();
    const forgotten = post.forget('worker.a');
    await sleep(300);
    await redis.start();
    await forgotten;
    expect(await redis.connect().keys('*worker.a*')).toEqual([]);
  });
});
