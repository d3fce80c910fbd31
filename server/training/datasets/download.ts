import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import { isAlive } from '../is-alive.ts';

/** A file that is published with its size in bytes and its SHA-256 in hex. */
export interface PublishedFile {
  name: string;
  bytes: number;
  sha256: string;
}

const PATIENCE_MS = 30_000;
let downloads = 0;

/**
 * Fetches `url` to `path`. The file gets its name only once its size and SHA-256 are right. Until then it has a
 * temporary name beside `path`, and whatever goes wrong, it is removed. Where a process was killed, the next download
 * of the same file removes what is left.
 */
export async function download(
  url: string,
  path: string,
  expected: PublishedFile,
  progress: (received: number) => void = () => {},
): Promise<void> {
  const temporary = `${path}.${process.pid}-${++downloads}.part`;
  let file: FileHandle | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeLeftovers(path);
    file = await open(temporary, 'wx');
    await receive(url, file, expected, progress);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file?.close().catch(() => {});
    // Cleaning up may fail for the same reason; the first error is the one that helps.
    await rm(temporary, { force: true }).catch(() => {});
    throw error instanceof UserError ? error : new UserError(`Cannot download ${url} to ${path}: ${reason(error)}`);
  }
}

async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const [, pid] = /\.(\d+)-\d+\.part$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

async function receive(
  url: string,
  file: FileHandle,
  expected: PublishedFile,
  progress: (received: number) => void,
): Promise<void> {
  const patience = new Patience();
  try {
    const response = await fetch(url, { signal: patience.signal });
    if (!response.ok || !response.body)
      throw new Error(`the server answered ${response.status} ${response.statusText}`);
    const hash = createHash('sha256');
    let received = 0;
    for await (const chunk of response.body) {
      patience.renew();
      received += chunk.length;
      if (received > expected.bytes) break;
      hash.update(chunk);
      await file.writeFile(chunk); // `write` may silently write a part only, on a full disk
      progress(received);
    }
    check(url, expected, received, hash.digest('hex'));
  } finally {
    patience.end();
  }
}

/** Aborts a download once nothing has come for a while. How long the whole download takes does not matter. */
class Patience {
  readonly #controller = new AbortController();
  #timer = this.#start();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(), PATIENCE_MS);
  }
}

function check(url: string, expected: PublishedFile, received: number, sha256: string): void {
  if (received !== expected.bytes) {
    const found = received > expected.bytes ? `more than ${expected.bytes}` : `${received}`;
    throw new UserError(
      `Cannot use ${url}: found ${found} bytes; the published file of ${expected.bytes} is wanted. Nothing was kept`,
    );
  }
  if (sha256 !== expected.sha256) {
    throw new UserError(
      `Cannot use ${url}: found SHA-256 ${sha256}; ` +
        `${expected.sha256} of the published ${basename(expected.name)} is wanted. Nothing was kept`,
    );
  }
}

/** fetch says "fetch failed" and keeps the cause to itself. */
function reason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: Error & { code?: string } };
  if (name === 'AbortError') return `no data came for ${PATIENCE_MS / 1000} s`;
  return cause?.message || cause?.code || message;
}
