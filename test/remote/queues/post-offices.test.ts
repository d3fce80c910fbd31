import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openBull } from '../../../server/remote/queues/bull.ts';
import { InMemory } from '../in-memory.ts';
import { BROKERS, type TestedBroker } from './brokers.ts';
import { closing, describePostOffice, unused, until } from './contract.ts';

/** In milliseconds: short, so that what is lost is given to others soon. */
const LOCK = 500;

const inMemory = new InMemory();
describePostOffice('in memory', async () => inMemory);

describe.each(BROKERS)('%s', (_, isHere, start) => {
  describe.skipIf(!isHere)('as a broker', () => {
    let broker: TestedBroker;
    const said: string[] = [];
    beforeAll(async () => {
      broker = await start();
    });
    afterAll(() => broker.remove());

    const open = (prefix = 'a-sweep') =>
      openBull({
        url: broker.url,
        certificate: broker.certificate,
        prefix,
        lock: LOCK,
        log: (sentence) => void said.push(sentence),
      });
    const opened = closing(open);

    describePostOffice('the post office', opened);

    test('queues of other databases are others', async () => {
      const [office, other] = [await opened(), await closing(() => open('another'))()];
      const queue = unused();
      await office.tickets(queue).add('t-1');
      expect(await other.tickets(queue).isThere('t-1')).toBe(false);
      const taken: unknown[] = [];
      other.receive(queue, async (text) => void taken.push(text));
      await other.tickets(queue).clear();
      expect(await office.tickets(queue).isThere('t-1')).toBe(true);
      await other.send(queue, 'for the other one');
      await until(() => taken.length === 1);
      expect(taken).toEqual(['for the other one']);
    });

    test('all that was put there can be taken away, of this database alone', async () => {
      const [office, before, other] = [await opened(), await opened(), await closing(() => open('another'))()];
      const [queue, left] = [unused(), unused()];
      for (const each of [office, other]) await each.tickets(queue).add('t-1');
      await before.tickets(left).add('t-2');
      await office.clear();
      expect(await office.tickets(queue).isThere('t-1')).toBe(false);
      expect(await office.tickets(left).isThere('t-2')).toBe(false);
      expect(await other.tickets(queue).isThere('t-1')).toBe(true);
    });

    test('the ticket of somebody who is gone is given to somebody else', async () => {
      const office = await opened();
      const gone = await open();
      const queue = unused();
      await office.tickets(queue).add('t-1');
      const used: string[] = [];
      gone.use(queue, 1, async () => {
        used.push('gone');
        await new Promise<void>(() => {});
      });
      await until(() => used.length === 1);
      await gone.close();
      office.use(queue, 1, async () => void used.push('here'));
      await until(() => used.length > 1);
      expect(used).toEqual(['gone', 'here']);
    });

    test('who keeps a ticket for many lock times has it alone', async () => {
      const [office, other] = [await opened(), await opened()];
      const queue = unused();
      const used: string[] = [];
      let end = (): void => {};
      const use = async (ticket: string): Promise<void> => {
        used.push(ticket);
        await new Promise<void>((resolve) => (end = resolve));
      };
      await office.tickets(queue).add('t-1');
      office.use(queue, 1, use);
      await until(() => used.length === 1);
      other.use(queue, 1, use);
      await new Promise((resolve) => setTimeout(resolve, 6 * LOCK));
      expect(used).toEqual(['t-1']);
      end();
    });

    test('a broker that is killed is waited for: what is sent meanwhile comes, and what is wrong is said once', async () => {
      const [office, other] = [await opened(), await opened()];
      const queue = unused();
      const taken: unknown[] = [];
      other.receive(queue, async (text) => void taken.push(text));
      await office.send(queue, 'before');
      await until(() => taken.length === 1);
      said.length = 0;
      const meanwhile: string[] = [];
      // One that is there again at once may not have been missed by anybody.
      while (said.length === 0 && meanwhile.length < 3) {
        meanwhile.push(`meanwhile ${meanwhile.length}`);
        const restarted = broker.restart();
        await office.send(queue, meanwhile.at(-1)!);
        await restarted;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      await office.send(queue, 'afterwards');
      await until(() => taken.includes('afterwards'));
      expect([...new Set(taken)]).toEqual(['before', ...meanwhile, 'afterwards']); // one may come twice
      await vi.waitFor(() => expect(said).toContain('the broker answers again'), { timeout: 20_000 });
      expect(said.join('\n')).toMatch(/the broker does not answer .*; it is asked again/);
    });
  });
});
