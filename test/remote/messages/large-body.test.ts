import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { packBody, TooLarge, unpackBody } from '../../../server/remote/messages/large-body.ts';

const nowhere = async (): Promise<null> => null;

test('what is small is in the envelope, what is large is beside it, and both come out as they were', async () => {
  for (const count of [0, 10, 100_000]) {
    const said = { kind: 'sweep', structures: Array.from({ length: count }, (_, n) => ({ n })) };
    const { body, beside } = packBody(said);
    expect(beside === null).toBe(count < 100_000);
    expect(JSON.stringify(body).length).toBeLessThan(2 ** 17);
    expect(await unpackBody(body, async () => beside!.bytes)).toEqual({ body: said });
  }
});

test('the same body is the same blob, which its SHA-256 names', () => {
  const said = { text: 'ä'.repeat(100_000) };
  const { beside } = packBody(said);
  expect(packBody(said).beside).toEqual(beside);
  const { blob, bytes } = beside!;
  expect(blob).toEqual({ hash: createHash('sha256').update(bytes).digest('hex'), size: bytes.length });
  expect(bytes.length).toBe(Buffer.byteLength(JSON.stringify(said)));
});

test('a blob that has not come is told apart from one that is no message', async () => {
  const { body } = packBody({ text: 'a'.repeat(100_000) });
  expect(await unpackBody(body, nowhere)).toBeNull();
  expect(await unpackBody(body, async () => Buffer.from('{"kind"'))).toEqual({ body: undefined });
  expect(await unpackBody({ blob: { hash: 'a'.repeat(64), size: 1e12 } }, nowhere)).toEqual({ body: undefined });
});

test('what no text can hold is refused with what helps', () => {
  const endless = {
    toJSON() {
      throw new RangeError('Invalid string length');
    },
  };
  expect(() => packBody(endless)).toThrow(TooLarge);
  expect(() => packBody(endless)).toThrow(/^Cannot send a message to another machine: .*cosweep split/);
});
