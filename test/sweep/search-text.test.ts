import { expect, test } from 'vitest';
import { hasWords } from '../../server/sweep/search-text.ts';

test.each([
  ['β0.2 N200', 'beta'],
  ['β0.2 N200', 'BETA'],
  ['β0.2 N200', 'ϐ0.2'],
  ['β0.2 N200', 'Β'],
  ['β0.2 N200', 'beta=0.2'],
  ['β0.2 N200', 'β = 0.2'],
  ['β0.2 N200', 'n200 beta'],
  ['ε0.01', 'epsilon0.01'],
  ['ϵ0.01', 'ε'],
  ['learningRate=0.1', 'learningrate 0.1'],
  ['β−0.2', 'β-0.2'],
  ['noIntra α0.5', 'nointra alpha'],
  ['betaOff', 'β'],
  ['any', ' '],
])('%j has the words %j', (text, search) => {
  expect(hasWords(text, search)).toBe(true);
});

test.each([
  ['β0.2 N200', 'gamma'],
  ['β0.2 N200', 'β0.3'],
  ['β0.2 N200', 'beta N300'],
  ['ε0.01', 'β'],
  ['100', '%'],
])('%j lacks the words %j', (text, search) => {
  expect(hasWords(text, search)).toBe(false);
});
