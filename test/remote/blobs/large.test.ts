import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BlobCache } from '../../../server/remote/blobs/blob-cache.ts';
import { temporaryFolder } from '../../runner/study.ts';
import { certificate, connect, serve } from './stores.ts';

const MEGABYTES = 500;

/** Piece by piece, so that the test itself holds none of it. */
function* pieces(): Generator<Uint8Array> {
  for (let i = 0; i < MEGABYTES; i++) yield Buffer.alloc(1_000_000, `piece ${i} `);
}

test('500 MB travel there and back, and memory does not grow by them', { timeout: 600_000 }, async () => {
  const found = createHash('sha256');
  for (const piece of pieces()) found.update(piece);
  const blob = { hash: found.digest('hex'), size: MEGABYTES * 1_000_000 };
  const { url } = await serve(temporaryFolder(), { tls: certificate('head') });
  const store = connect(url, { certificate: certificate('head').cert });
  const cache = new BlobCache(store, { folder: join(temporaryFolder(), 'cache') });

  const before = process.memoryUsage.rss();
  let most = 0;
  const look = (): void => void (most = Math.max(most, process.memoryUsage.rss()));
  await store.write(blob, pieces, { progress: look });
  const held = await cache.hold(blob.hash, { progress: look });
  expect(held).not.toBe(null);
  const again = createHash('sha256');
  for await (const piece of (await cache.read(blob.hash, { progress: look }))!) again.update(piece);
  expect(again.digest('hex')).toBe(blob.hash);
  await held!.release();
  // Client, server and cache are one process here; what the collector has not looked at yet is in it.
  expect(most - before).toBeLessThan(250e6);
});
