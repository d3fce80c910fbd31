import { expect, test } from 'vitest';
import { toAddition } from '../../web/series/to-addition.ts';

test('a form asks for more seeds, further values, or both; nothing, or what is unclear, is no request', () => {
  const ask = (seeds: string, values = '') => toAddition({ seeds, values, before: 6 });
  expect(ask('12')).toEqual({ seeds: 12 });
  expect(ask('6', 'beta = 0.4, 0.5')).toEqual({ values: { beta: [0.4, 0.5] } });
  expect(ask('7', 'N=200; training.model.name = mlp; training.optimizer.nesterov=true;')).toEqual({
    seeds: 7,
    values: { N: [200], 'training.model.name': ['mlp'], 'training.optimizer.nesterov': [true] },
  });
  for (const nothing of [ask('6'), ask('5'), ask('x'), ask('7.5'), ask('12', 'beta'), ask('12', '= 3')])
    expect(nothing).toBeNull();
});
