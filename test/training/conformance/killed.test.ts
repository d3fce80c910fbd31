import { describe, expect, test, vi } from 'vitest';
import { startChild } from '../../helpers/child.ts';
import { enginesHere } from '../../helpers/engines.ts';
import { keyOf, type Trained } from './trainings.ts';

vi.setConfig({ testTimeout: 300_000 });

const trainee = new URL('trainee.ts', import.meta.url);
const training = { network: 'mlp', optimizer: 'momentum' } as const;

describe.each(enginesHere)('a process that is killed while it trains on $name', ({ name, environment }) => {
  test('leaves nothing locked: the next one opens the device and trains', async () => {
    const start = (times: number) =>
      startChild(
        trainee,
        [name, JSON.stringify(Array.from({ length: times }, () => ({ training, batches: 20 })))],
        environment,
      );
    const [killed, next] = [await start(1000), await start(1)];
    killed.go();
    expect(await killed.line()).toBe('trained one');
    await killed.kill();
    next.go();
    expect(await next.line()).toBe('trained one');
    const trained = ((await next.result()) as Record<string, Trained>)[keyOf(training)]!;
    expect(trained.curves['train/total']).toHaveLength(20);
  });
});
