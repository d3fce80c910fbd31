import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';

/** A file that is published with its size in bytes and its SHA-256 in hex. */
export interface PublishedFile { name: string; bytes: number; sha256: string }

const PATIENCE_MS = 30_000;
let downloads = 0;

/**
 * Fetches `url` to `path`. The file gets its name only once its size and SHA-256 are right: until then it is written to a
 * temporary name next to it, which is removed whatever goes wrong.
 */
export async function download(
  url: string, path: string, expected: PublishedFile, progress: (received: number) => void = () => {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${++downloads}.part`;
  const file = await open(temporary, 'wx');
  try {
    await receive(url, file, expected, progress);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error instanceof UserError ? error : new UserError(`Cannot download ${url}: ${reason(error)}`);
  }
}

async function receive(url: string, file: FileHandle, expected: PublishedFile, progress: (received: number) => void): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { signal: stalled.signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`);
    const hash = createHash('sha256');
    let received = 0;
    for await (const chunk of response.body) {
      timer = (clearTimeout(timer), setTimeout(() => stalled.abort(), PATIENCE_MS));
      received += chunk.length;
      if (received > expected.bytes) break;
      hash.update(chunk);
      await file.write(chunk);
      progress(received);
    }
    check(url, expected, received, hash.digest('hex'));
  } finally {
    clearTimeout(timer);
  }
}

function check(url: string, expected: PublishedFile, received: number, sha256: string): void {
  if (received !== expected.bytes) {
    const found = received > expected.bytes ? `more than ${expected.bytes}` : `${received}`;
    throw new UserError(`Cannot use ${url}: found ${found} bytes; the published file of ${expected.bytes} is wanted. Nothing was kept`);
  }
  if (sha256 !== expected.sha256) {
    throw new UserError(`Cannot use ${url}: found SHA-256 ${sha256}; ${expected.sha256} of the published ${basename(expected.name)} is wanted. Nothing was kept`);
  }
}

/** fetch says "fetch failed" and keeps the cause to itself. */
function reason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: Error & { code?: string } };
  if (name === 'AbortError') return `no data came for ${PATIENCE_MS / 1000} s`;
  return cause ? cause.message || cause.code || message : message;
}
