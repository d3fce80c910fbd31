import { describe, expect, test } from 'vitest';
import { BrokerAway } from '../../../server/remote/broker/connect.ts';
import { reachBroker } from '../../../server/remote/worker/reach-broker.ts';
import { hasRedis } from '../../helpers/redis.ts';
import { OwnRedis } from '../own-redis.ts';

const never = new AbortController().signal;

describe.skipIf(!hasRedis)('a worker that joins', () => {
  test('waits for a broker that is about to start again, and says so once', async () => {
    const redis = await OwnRedis.choosePort();
    const said: string[] = [];
    const reaching = reachBroker(
      { url: redis.url, certificate: null },
      { stop: never, log: (sentence) => void said.push(sentence) },
    );
    while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await redis.start();
    expect(await reaching).toBe(true);
    expect(said).toEqual([
      `Cannot reach redis://127.0.0.1:${redis.port}: nobody listens there (ECONNREFUSED); ` +
        'wanted a running Redis or Valkey. It may be starting again: it is tried for 40 s',
    ]);
  });

  test('is told at once what does not pass: a wrong password, a machine that is none', async () => {
    const redis = await OwnRedis.choosePort();
    await redis.start();
    await redis.connect().config('SET', 'requirepass', 'secret');
    const reach = (url: string): Promise<boolean> =>
      reachBroker({ url, certificate: null }, { stop: never, log: (said) => expect.fail(said) });
    await expect(reach(`redis://:wrong@127.0.0.1:${redis.port}`)).rejects.toThrow('the password is wrong');
    await expect(reach('redis://no-such-machine.invalid:1')).rejects.toThrow('there is no machine of the name');
  });
});

test('a broker that stays away is given up, and Ctrl-C is heard meanwhile', async () => {
  const { url } = await OwnRedis.choosePort();
  const broker = { url, certificate: null };
  const log = (): void => {};
  await expect(reachBroker(broker, { stop: never, log, patience: 50 })).rejects.toBeInstanceOf(BrokerAway);
  const stop = new AbortController();
  const reaching = reachBroker(broker, { stop: stop.signal, log });
  stop.abort();
  expect(await reaching).toBe(false);
});
