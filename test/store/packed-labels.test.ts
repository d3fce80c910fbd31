import { expect, test } from 'vitest';
import { packLabels, unpackLabels } from '../../server/store/database/packed-labels.ts';

test.each([[[]], [[15]], [[0, 15]], [[15, 0, 7]], [[3, 1, 4, 1, 5, 9, 2, 6]]])('labels %j come back', (labels) => {
  expect(unpackLabels(packLabels(labels), labels.length)).toEqual(labels);
});

test('those of up to 16 classes take half a byte; those of more classes stay a list', () => {
  expect(packLabels([1, 2, 3, 4])).toBe(Buffer.from([0x21, 0x43]).toString('base64'));
  expect(packLabels([1, 16])).toEqual([1, 16]);
  expect(unpackLabels([1, 16], 2)).toEqual([1, 16]);
});
