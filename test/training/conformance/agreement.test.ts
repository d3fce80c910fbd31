import { describe, expect, test, vi } from 'vitest';
import { startChild } from '../../helpers/child.ts';
import { enginesHere, type EngineUnderTest } from '../../helpers/engines.ts';
import { BATCHES, BATCH_SIZE, keyOf, repeated, trainings, type Trained, type Training } from './trainings.ts';

// Many networks, one after the other, on machines that are busy with other things.
vi.setConfig({ testTimeout: 900_000 });

/** A slow engine only begins with the networks that it has no time for. */
const SHORT = 3;

const LOSSES = ['total', 'crossEntropy', 'interClass', 'intraClass'];

/** Who trains. */
type Trainer = Pick<EngineUnderTest, 'environment' | 'trains' | 'atLength'> & {
  name: EngineUnderTest['name'] | 'reference';
};

const batchesOf = ({ atLength }: Trainer, { network }: Training): number =>
  atLength.includes(network) ? BATCHES : SHORT;

async function train(
  { name, environment }: Trainer,
  order: { training: Training; batches: number }[],
): Promise<Record<string, Trained>> {
  const child = await startChild(new URL('trainee.ts', import.meta.url), [name, JSON.stringify(order)], environment);
  child.go();
  for (let i = 0; i < order.length; i++) expect(await child.line()).toBe('trained one');
  return (await child.result()) as Record<string, Trained>;
}

/**
 * The pure JavaScript backend of TensorFlow.js, whose kernels are nobody else's: too slow for the larger networks, and
 * wrong about `every layer`, since its gradient of average pools takes no account of the edges.
 */
const reference = {
  name: 'reference',
  environment: {},
  trains: ['mlp', 'cnn-small'],
  atLength: ['mlp'],
} satisfies Trainer;

const trainingsOf = ({ name, trains }: Trainer, among = trainings): Training[] =>
  among.filter(
    ({ network, optimizer }) =>
      trains.includes(network) &&
      (name !== 'reference' ||
        (network === 'mlp' && optimizer === 'adamw') ||
        (network === 'cnn-small' && optimizer === 'momentum')),
  );

const trained = new Map<string, Promise<Record<string, Trained>>>();

/** All trainings of an engine, done once for all tests. */
function everything(trainer: Trainer): Promise<Record<string, Trained>> {
  if (!trained.has(trainer.name))
    trained.set(
      trainer.name,
      train(
        trainer,
        trainingsOf(trainer).map((training) => ({ training, batches: batchesOf(trainer, training) })),
      ),
    );
  return trained.get(trainer.name)!;
}

describe.each(enginesHere)('20 batches on $name', (engine) => {
  test('every network learns with every optimiser', async () => {
    const results = await everything(engine);
    expect(Object.keys(results)).toEqual(trainingsOf(engine).map(keyOf));
    for (const training of trainingsOf(engine)) {
      const totals = results[keyOf(training)]!.curves['train/total']!;
      expect([keyOf(training), totals.length, totals.every(Number.isFinite)]).toEqual([
        keyOf(training),
        batchesOf(engine, training),
        true,
      ]);
    }
  });

  test('the same seed in another process gives the same bits: every point, every evaluation, the state', async () => {
    const [first, second] = [
      await everything(engine),
      await train(
        engine,
        trainingsOf(engine, repeated).map((training) => ({ training, batches: batchesOf(engine, training) })),
      ),
    ];
    expect(Object.keys(second)).toHaveLength(trainingsOf(engine, repeated).length);
    for (const [key, { hash }] of Object.entries(second)) expect([key, hash]).toEqual([key, first[key]!.hash]);
  });
});

const pairs = [reference, ...enginesHere].flatMap((one, i) =>
  enginesHere.slice(i).flatMap((other) =>
    trainingsOf(other, trainingsOf(one)).map((training) => ({
      one,
      other,
      key: keyOf(training),
    })),
  ),
);

describe('engines agree', () => {
  test.each(pairs)('$one.name and $other.name about $key', async ({ one, other, key }) => {
    const [a, b] = [(await everything(one))[key]!, (await everything(other))[key]!];
    const relative = (x: number, y: number): number => Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y));
    const apart = Object.fromEntries(LOSSES.map((loss) => [loss, furthest(a, b, loss, relative)]));
    expect(Object.entries(apart).filter(([, distance]) => !(distance <= 1e-3))).toEqual([]);
    expect(furthest(a, b, 'accuracy', (x, y) => Math.abs(x - y))).toBeLessThanOrEqual(2 / BATCH_SIZE);
  });
});

/** The largest distance over the batches that both trained; NaN is the worst there can be. */
function furthest(a: Trained, b: Trained, metric: string, distance: (x: number, y: number) => number): number {
  const [left, right] = [a, b].map(({ curves }) => curves[`train/${metric}`]!) as [number[], number[]];
  const distances = left.slice(0, right.length).map((value, t) => distance(value, right[t]!));
  return distances.reduce((worst, each) => (each <= worst ? worst : Number.isNaN(each) ? Infinity : each), 0);
}
