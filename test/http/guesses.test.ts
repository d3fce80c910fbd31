import { expect, test } from 'vitest';
import { slowGuesses, type Guesses } from '../../server/http/guesses.ts';
import { askAsStranger, startTestServer } from './running-server.ts';

/** Guesses that note how long they would wait. */
function noted(): { guesses: Guesses; waits: number[]; clock: { now: number } } {
  const waits: number[] = [];
  const clock = { now: 0 };
  const guesses = slowGuesses(
    () => clock.now,
    async (ms) => void waits.push(ms),
  );
  return { guesses, waits, clock };
}

test('a few wrong tokens are answered at once; then each waits longer, up to a limit', async () => {
  const { guesses, waits } = noted();
  for (let count = 0; count < 13; count++) await guesses.slowDown('192.0.2.1');
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3000, 3000, 3000]);
  await guesses.slowDown('192.0.2.2');
  expect(waits).toHaveLength(8);
});

test('who has not guessed for a while is forgotten', async () => {
  const { guesses, waits, clock } = noted();
  for (let count = 0; count < 6; count++) await guesses.slowDown('192.0.2.1');
  clock.now += 16 * 60_000;
  await guesses.slowDown('192.0.2.1');
  expect(waits).toEqual([100]);
});

test('addresses of one IPv6 network count together', async () => {
  const { guesses, waits } = noted();
  for (let count = 0; count < 6; count++) await guesses.slowDown(`2001:db8::${count}`);
  await guesses.slowDown('2001:db8:0:0:9:8:7:6');
  await guesses.slowDown('2001:db8:0:1::1');
  expect(waits).toEqual([100, 200]);
});

test('a table of addresses that is full forgets who guessed longest ago', async () => {
  const { guesses, waits } = noted();
  for (let count = 0; count < 6; count++) await guesses.slowDown('192.0.2.1');
  for (let count = 0; count < 1000; count++) await guesses.slowDown(`host-${count}`);
  await guesses.slowDown('192.0.2.1');
  expect(waits).toEqual([100]);
});

test('not too many wait at once', async () => {
  const guesses = slowGuesses(Date.now, () => new Promise(() => {}));
  for (let count = 0; count < 5; count++) await guesses.slowDown('192.0.2.1');
  for (let count = 0; count < 100; count++) void guesses.slowDown('192.0.2.1');
  await expect(guesses.slowDown('192.0.2.1')).rejects.toThrow(/100 wrong tokens wait for their answer already/);
});

test('the right token is taken while others guess, from the same address', async () => {
  const { server, token, close } = await startTestServer();
  const guess = (index: number) =>
    askAsStranger(server.port, '/api/sweeps', { headers: { authorization: `Bearer guess-${index}` } });
  for (let index = 0; index < 5; index++) expect((await guess(index)).status).toBe(401);
  let answered = 0;
  const others = Array.from({ length: 120 }, async (_, index) => {
    const { status } = await guess(index);
    answered++;
    return status;
  });
  const right = await askAsStranger(server.port, '/api/sweeps', { headers: { authorization: `Bearer ${token}` } });
  expect(right.status).toBe(200);
  expect(answered).toBeLessThan(120);
  await close();
  const statuses = await Promise.allSettled(others);
  expect(statuses.filter((each) => each.status === 'fulfilled' && each.value < 400)).toEqual([]);
});
