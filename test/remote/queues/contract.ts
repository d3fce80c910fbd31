import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { PostOffice } from '../../../server/remote/queues/post-office.ts';

/** Makes a post office; each time another one, for the same queues. It is closed after the test. */
export type Open = () => Promise<PostOffice>;

/** Texts that a broker may spoil. */
const TEXTS = ['', '{"a":1}', 'ä☃𝄞', '\\u0000', '"\\ud800"', "'; DROP TABLE job; --", 'x'.repeat(2 ** 20)];

/** What every `PostOffice` promises. */
export function describePostOffice(name: string, open: Open): void {
  describe(name, () => {
    test('messages come as they were sent, in their order, one after the other', async () => {
      const [head, worker] = [await open(), await open()];
      const queue = unused();
      const taken: unknown[] = [];
      let atOnce = 0;
      for (const text of TEXTS) await head.send(queue, text);
      const listening = worker.receive(queue, async (text) => {
        expect(++atOnce).toBe(1);
        await sleep(5);
        taken.push(text);
        atOnce--;
      });
      await until(() => taken.length === TEXTS.length);
      for (let i = 0; i < 30; i++) await head.send(queue, String(i));
      await until(() => taken.length === TEXTS.length + 30);
      expect(taken).toEqual([...TEXTS, ...Array.from({ length: 30 }, (_, i) => String(i))]);
      await listening.end();
    });

    test('who ends takes nothing more: what comes then waits for the next one', async () => {
      const office = await open();
      const [queue, other] = [unused(), unused()];
      const [first, second]: unknown[][] = [[], []];
      const listening = office.receive(queue, async (text) => void first!.push(text));
      await office.send(queue, 'a');
      await office.send(other, 'for somebody else');
      await until(() => first!.length === 1);
      await listening.end();
      await office.send(queue, 'b');
      await sleep(50);
      office.receive(queue, async (text) => void second!.push(text));
      await until(() => second!.length === 1);
      expect([first, second]).toEqual([['a'], ['b']]);
    });

    test('a message that cannot be taken does not hold up those behind it', async () => {
      const office = await open();
      const queue = unused();
      const taken: unknown[] = [];
      office.receive(queue, async (text) => {
        if (text === 'bad') throw new Error('it is bad');
        taken.push(text);
      });
      for (const text of ['a', 'bad', 'b']) await office.send(queue, text);
      await until(() => taken.length === 2);
      expect(taken).toEqual(['a', 'b']);
    });

    test('each ticket is one’s who has a slot, and is there until it is used up', async () => {
      const [head, worker] = [await open(), await open()];
      const queue = unused();
      const tickets = head.tickets(queue);
      const names = ['t-1', 't-2', 't-3', 't-4', 't-5'];
      for (const name of names) await tickets.add(name);
      const used: string[] = [];
      const ending = new Map<string, () => void>();
      const use = async (ticket: string): Promise<void> => {
        used.push(ticket);
        await new Promise<void>((resolve) => ending.set(ticket, resolve));
      };
      worker.use(queue, 2, use);
      (await open()).use(queue, 1, use);
      await until(() => used.length === 3);
      await sleep(100);
      expect(used).toHaveLength(3);
      for (const name of names) expect(await tickets.isThere(name)).toBe(true);
      expect(await tickets.isThere('t-6')).toBe(false);
      while (used.length < 5) {
        for (const end of ending.values()) end();
        await sleep(10);
      }
      for (const end of ending.values()) end();
      expect(used.toSorted()).toEqual(names);
      for (const name of names) await vi.waitFor(async () => expect(await tickets.isThere(name)).toBe(false));
    });

    test('a ticket that nobody has can be taken back, one or all of them', async () => {
      const office = await open();
      const queue = unused();
      const tickets = office.tickets(queue);
      for (const name of ['t-1', 't-2', 't-3', 't-4']) await tickets.add(name);
      await tickets.remove('t-2');
      await tickets.remove('t-never');
      expect(await tickets.isThere('t-2')).toBe(false);
      expect(await tickets.isThere('t-3')).toBe(true);
      await tickets.clear();
      for (const name of ['t-1', 't-3', 't-4']) expect(await tickets.isThere(name)).toBe(false);
      const used: string[] = [];
      office.use(queue, 1, async (ticket) => void used.push(ticket));
      await tickets.add('t-5');
      await until(() => used.length > 0);
      expect(used).toEqual(['t-5']);
    });

    test('taking back all does not disturb who uses one', async () => {
      const office = await open();
      const queue = unused();
      const tickets = office.tickets(queue);
      const used: string[] = [];
      let end = (): void => {};
      office.use(queue, 1, async (ticket) => {
        used.push(ticket);
        if (ticket === 't-1') await new Promise<void>((resolve) => (end = resolve));
      });
      await tickets.add('t-1');
      await until(() => used.length === 1);
      await tickets.remove('t-1');
      await tickets.clear();
      expect(await tickets.isThere('t-1')).toBe(false);
      end();
      await tickets.add('t-2');
      await until(() => used.length === 2);
      expect(used).toEqual(['t-1', 't-2']);
    });
  });
}

/** Opens a post office that is closed after the test. */
export function closing(open: () => Promise<PostOffice>): Open {
  return async () => {
    const office = await open();
    onTestFinished(() => office.close());
    return office;
  };
}

let queues = 0;

/** A queue that no other test has. */
export function unused(): string {
  return `queue-${++queues}`;
}

export async function until(isSo: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 30_000, interval: 10 });
}
