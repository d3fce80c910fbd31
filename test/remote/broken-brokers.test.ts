import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasRedis } from '../helpers/redis.ts';
import { ask, countRuns, snapshot } from '../runner/snapshot.ts';
import type { Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';
import { OwnRedis } from './own-redis.ts';
import { brokerOf, several } from './several.ts';

const study: Study = { beta: [0.3, 0.4], N: [0, 30, 60, 90], seeds: 2, small: true };

describe.skipIf(!hasRedis)('a broker', () => {
  test('that cannot be started again ends the sweep with what to do, and the sweep goes on afterwards', async () => {
    const all = several(study);
    const head = all.startHead();
    await head.says('cosweep worker --join');
    const worker = all.startWorker();
    await head.until('a run was complete', () => countRuns(all.db, 'complete') > 0);
    writeFileSync(`${all.db}.broker/server.conf`, 'no-such-directive 1\n');
    process.kill(brokerOf(all), 'SIGKILL');
    const { code, stderr } = await head.ended;
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('Cannot go on training on other machines: the broker');
    expect(stderr).toContain('ends as soon as it is started');
    expect(stderr).toContain('the same command again');
    expect(stderr).not.toContain('bug of Cosweep');
    expect(ask(all.db, 'SELECT state FROM "Sweep"')).toBe('interrupted');
    expect(ask<string>(all.db, 'SELECT error FROM "Sweep"')).toContain('What was trained is stored.');
    expect(countRuns(all.db, 'running')).toBe(0);
    worker.signal('SIGKILL'); // it would wait for a head that comes back with its secret

    const again = all.startHead();
    await again.says('cosweep worker --join');
    const another = all.startWorker();
    const ended = await again.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(await another.ended).toMatchObject({ code: 0 });
    expect(await snapshot(all.db)).toEqual((await undisturbed(study)).results);
  });

  test('of others has nothing of the sweep left when it is done, whoever came and went', async () => {
    const redis = await OwnRedis.choosePort();
    await redis.start();
    const client = redis.connect();
    await client.set('theirs', 'yes');
    const all = several(study);
    const head = all.startHead('--url', redis.url);
    await head.says('cosweep worker --join');
    const [stays, leaves] = [all.startWorker(), all.startWorker()];
    await head.until('both had come', () => head.stderr().split('has come').length === 3);
    const inboxes = async (): Promise<number> => (await client.keys('cosweep-*:worker.*:meta')).length;
    expect(await inboxes()).toBe(2);
    leaves.signal('SIGTERM');
    expect(await leaves.ended).toMatchObject({ code: 0 });
    await head.says('is gone: it has left');
    while ((await inboxes()) !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const { code, stderr } = await head.ended;
    expect(code, stderr).toBe(0);
    expect(await stays.ended).toMatchObject({ code: 0 });
    expect(await client.keys('*')).toEqual(['theirs']);
  });
});
