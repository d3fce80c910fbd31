import { expect, test } from 'vitest';
import { unmeasuredClass } from '../../server/runner/workers/bit-class.ts';
import { LocalSeating } from '../../server/runner/workers/local-seating.ts';
import type { Seat } from '../../server/runner/workers/seat.ts';
import { WorkerError, type Trainer } from '../../server/runner/workers/trainer.ts';

const MACHINE = { device: 'GPU', versions: {} };
const bits = unmeasuredClass('webgpu', MACHINE);
const never = new AbortController().signal;

/** Opens on its card, or finds it lost; it is dead either way. */
function dying(opens: boolean): Trainer {
  const opened = opens ? Promise.resolve(MACHINE) : Promise.reject(new WorkerError('the GPU is lost'));
  opened.catch(() => {});
  const nobody = async (): Promise<never> => expect.fail('nothing is trained');
  return { opened, pid: null, dead: true, sign: nobody, train: nobody, ...idle };
}

const idle = { holds: () => false, stop: () => {}, kill: () => {}, end: async () => {} };

/** @param lost by seat: whether its card is lost */
async function openSeats(lost: boolean[]): Promise<Seat[]> {
  const crew = { workers: [], seats: lost.length, hire: (seat: number) => dying(!lost[seat]) };
  const seats: Seat[] = [];
  const opening = { most: 9, begin: (seat: Seat) => seats.push(seat), gone: () => {}, waiting: () => [], ended: never };
  await new LocalSeating(crew, () => bits).open(opening);
  return seats;
}

async function hire(seat: Seat, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await seat.trainer().opened.catch(() => {});
}

test('a seat in which nobody opens any more is closed, and the others stay', async () => {
  const [lost, works] = (await openSeats([true, false])) as [Seat, Seat];
  await hire(lost, 1);
  expect(await lost.ready(never)).toBe(bits);
  await hire(lost, 1);
  expect([lost.gone.aborted, await lost.ready(never)]).toEqual([true, null]);
  await hire(works, 5);
  expect(await works.ready(never)).toBe(bits);
});

test('where all cards are lost one seat stays: its errors are to be seen', async () => {
  const seats = await openSeats([true, true, true]);
  for (const seat of seats) await hire(seat, 9);
  const ready = await Promise.all(seats.map((seat) => seat.ready(never)));
  expect(ready.filter((each) => each !== null)).toHaveLength(1);
});
