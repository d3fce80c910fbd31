import { expect, test } from 'vitest';
import { structuresOf } from '../../server/runner/workers/bit-class.ts';
import { measureBits } from '../../server/runner/workers/measure-bits.ts';
import { WorkerError, type Trainer } from '../../server/runner/workers/trainer.ts';
import { makePlan } from '../store/support.ts';

const MACHINE = { device: 'CPU', versions: { tfjs: '1' } };
const ARMS = makePlan([{ beta: 0 }, { beta: 0.1 }, { alpha: 0 }], [1]).arms;
const DATA = { imagesOf: () => ({ shape: [4, 4, 1] as [number, number, number], classes: 3 }) };

const never = async (): Promise<never> => {
  throw new Error('nothing is trained here');
};

/** A trainer that can only sign; `null` dies of it. */
function signer(signatures: (string | null)[] | null): Trainer {
  let dead = false;
  return {
    opened: Promise.resolve(MACHINE),
    pid: null,
    get dead() {
      return dead;
    },
    async sign(structures) {
      dead = signatures === null;
      if (signatures === null) throw new WorkerError('it was killed');
      expect(structures).toHaveLength(signatures.length);
      return signatures;
    },
    train: never,
    holds: () => false,
    stop: () => {},
    kill: () => {},
    end: async () => {},
  };
}

async function measure(
  workers: Trainer[],
  hired: Trainer[],
  ended = new AbortController().signal,
  cardOf: (seat: number) => string | null = () => null,
) {
  const crew = {
    engine: 'wasm',
    workers,
    seats: 1,
    hire: () => hired.shift()!,
    cardOf,
    remote: null,
  };
  const said: string[] = [];
  const classes = await measureBits(crew, structuresOf(ARMS, DATA), {
    ended,
    tell: (message) => void said.push(message),
  });
  const [here] = classes.values();
  return { crew, said, classes, device: here!.device, bits: ARMS.map(({ index }) => here!.bitsOf(index)) };
}

test('each structure is measured once, by one worker: β, ε and N are no part of it', async () => {
  const [first, second] = [signer(['a', 'b']), signer(null)];
  expect(await measure([first, second], [])).toMatchObject({ device: 'CPU', bits: ['a', 'a', 'b'], said: [] });
});

test('a worker that dies of it is replaced, and the crew goes on without it', async () => {
  const lives = signer(['a', null]);
  const { crew, bits } = await measure([signer(null)], [signer(null), lives]);
  expect([crew.workers, bits]).toEqual([[lives], ['a', 'a', null]]);
});

test('where all die of it the bits are unknown, and the sweep is trained nevertheless', async () => {
  const { bits, said } = await measure([signer(null)], [signer(null), signer(null)]);
  expect([bits, said]).toEqual([
    [null, null, null],
    ['the bits that this machine computes could not be measured: it was killed'],
  ]);
});

test('where everything ends no other worker is hired', async () => {
  await expect(measure([signer(null)], [], AbortSignal.abort())).rejects.toThrow('it was killed');
});

test('of each card one worker is asked: cards with equal bits are one class, others are another', async () => {
  const cards = ['0', '1', '2', '0', '1'];
  const workers = [signer(['a', 'b']), signer(['a', 'b']), signer(['a', 'c']), signer(null), signer(null)];
  const { classes } = await measure(workers, [], undefined, (seat) => cards[seat]!);
  const names = cards.slice(0, 3).map((card) => classes.get(card)!.name);
  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
  expect(names[0]).toMatch(/^[0-9a-f]{12}$/);
  expect([...classes.values()].map((bits) => bits.bitsOf(ARMS[2]!.index))).toEqual(['b', 'b', 'c']);
});
