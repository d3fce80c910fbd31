import { expect, test } from 'vitest';
import * as z from 'zod';
import '../../server/http/routes.ts';
import { shape, sameShape, shapes } from '../../server/http/schemas/registry.ts';

test('a shape has a name of its own', () => {
  expect(() => shape('RunDetail', 'Another run', z.strictObject({}))).toThrow(
    'Cannot name a shape RunDetail: another one has that name',
  );
  const own = shape('Own', 'A shape of this test', z.strictObject({}));
  expect([shapes.get(own)?.id, own.description]).toEqual(['Own', 'A shape of this test']);
});

interface Owner {
  a: number;
  b?: string;
  list: { c: number | null }[];
}

/** Never called: the compiler is the test. Each line under `@ts-expect-error` must not compile. */
export function compile(): void {
  const list = z.array(z.strictObject({ c: z.number().nullable() }));
  const a = z.number();
  const b = z.string().exactOptional();
  sameShape<Owner>()('Same', '', z.strictObject({ a, b, list }));
  // @ts-expect-error an optional field is missing
  sameShape<Owner>()('Lacking', '', z.strictObject({ a, list }));
  // @ts-expect-error one field more
  sameShape<Owner>()('More', '', z.strictObject({ a, b, list, d: z.boolean() }));
  // @ts-expect-error one field more, further in
  sameShape<Owner>()('Inner', '', z.strictObject({ a, b, list: z.array(z.strictObject({ c: a.nullable(), d: a })) }));
  // @ts-expect-error narrower than the owner's
  sameShape<Owner>()('Narrow', '', z.strictObject({ a, b, list: z.array(z.strictObject({ c: a })) }));
  // @ts-expect-error wider than the owner's
  sameShape<Owner>()('Wide', '', z.strictObject({ a: a.nullable(), b, list }));
}
