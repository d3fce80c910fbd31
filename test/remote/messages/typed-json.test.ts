import { expect, test } from 'vitest';
import { fromPlain, toPlain } from '../../../server/remote/messages/typed-json.ts';

const travel = (value: unknown): unknown => fromPlain(JSON.parse(JSON.stringify(toPlain(value))));

test.each([NaN, Infinity, -Infinity, -0, 0, 5e-324, Number.MAX_VALUE, 0.1 + 0.2])(
  'the number %s arrives as it is',
  (n) => {
    expect(Object.is((travel({ n: [n] }) as { n: number[] }).n[0], n)).toBe(true);
  },
);

test.each([
  new Float64Array([NaN, -0, Infinity, 1 / 3]),
  new Float32Array([NaN, 0.1]),
  new Int32Array([-(2 ** 31), 7]),
  new Uint8Array([0, 255]),
  new Uint16Array([65535]),
  new Uint32Array([2 ** 32 - 1]),
  new Float64Array(0),
])('an array arrives with its kind and its bits: %s', (array) => {
  const arrived = travel({ array }) as { array: typeof array };
  expect(arrived.array.constructor).toBe(array.constructor);
  expect(Buffer.from(arrived.array.buffer)).toEqual(Buffer.from(array.buffer));
});

test('a part of a larger array is sent without the rest of it', () => {
  expect(travel(new Int32Array([1, 2, 3, 4]).subarray(1, 3))).toEqual(new Int32Array([2, 3]));
});

test('what is undefined is left out, as JSON does', () => {
  expect(travel({ a: undefined, b: null, c: [{ d: 1 }] })).toEqual({ b: null, c: [{ d: 1 }] });
});

test.each([
  ['{"$":"constructor","bytes":""}', 'kind constructor'],
  ['{"$":"__proto__","bytes":""}', 'kind __proto__'],
  ['{"$":"toString","bytes":""}', 'kind toString'],
  ['{"$":{"toString":1},"bytes":""}', 'Cannot convert object'],
  ['{"$":"number","value":"toString"}', 'kind number'],
  ['{"$":"Int32Array","bytes":"AAA="}', '2 bytes of a Int32Array'],
  ['{"$":"Int32Array","bytes":[1,2,3,4]}', 'kind Int32Array'],
  ['{"$":"Function","bytes":"YWxlcnQoKQ=="}', 'kind Function'],
])('%s is refused', (text, message) => {
  expect(() => fromPlain(JSON.parse(text))).toThrow(message);
});

test('a key that would change the prototype of everything is a key like any other', () => {
  const arrived = fromPlain(JSON.parse('{"__proto__":{"isAdmin":true},"a":{"__proto__":[1]}}')) as object;
  expect(Object.hasOwn(arrived, '__proto__')).toBe(true);
  expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype);
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});
