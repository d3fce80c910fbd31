import { Agent, request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkBlobName, type BlobOptions, type BlobRef, type BlobStore, type Pieces } from './blob-store.ts';
import { checkedPieces } from './checked-pieces.ts';
import { explainConnection, explainStatus } from './http-failure.ts';
import { tryAgain } from './try-again.ts';

/** In milliseconds: how long it is waited before each further try. A head that is started again is back by then. */
const DELAYS = [500, 1000, 2000, 5000, 10_000, 20_000];

/** In milliseconds. The server looks through a blob, or syncs it, before it says anything. */
const PATIENCE = 120_000;

/** Connections that are kept for the next request. */
const CONNECTIONS = 8;

export interface HttpStoreOptions {
  /** Of the head, `https://10.0.0.1:41234`. */
  url: string;
  token: string;
  /** PEM. Nothing else is trusted; null: without TLS. */
  certificate: string | null;
  delays?: readonly number[];
  /** In milliseconds. */
  patience?: number;
}

/** The blobs of the head, from another machine. Whatever is cut off is begun anew. */
export class HttpStore implements BlobStore {
  readonly #options: HttpStoreOptions;
  readonly #agent: Agent | TlsAgent;
  readonly #delays: readonly number[];

  constructor(options: HttpStoreOptions) {
    const { certificate, delays = DELAYS } = options;
    if (options.url.startsWith('https:') !== (certificate !== null))
      throw new Error(`Found ${options.url} ${certificate === null ? 'without' : 'with'} a certificate`);
    this.#options = options;
    this.#delays = delays;
    const kept = { keepAlive: true, maxFreeSockets: CONNECTIONS };
    // NODE_TLS_REJECT_UNAUTHORIZED in the environment does not change what is accepted here.
    this.#agent = certificate ? new TlsAgent({ ...kept, ca: certificate, rejectUnauthorized: true }) : new Agent(kept);
  }

  close(): void {
    this.#agent.destroy();
  }

  async has(hash: string, options: BlobOptions = {}): Promise<boolean> {
    checkBlobName(hash);
    const what = `ask for blob ${hash}`;
    return this.#try(options, async () => {
      const answer = await this.#ask('HEAD', hash, what, options);
      answer.resume();
      if (answer.statusCode === 200) return true;
      if (answer.statusCode === 404) return false;
      throw explainStatus(answer, what, this.#options.url);
    });
  }

  async read(hash: string, options: BlobOptions = {}): Promise<AsyncIterable<Uint8Array> | null> {
    checkBlobName(hash);
    const first = await this.#try(options, () => this.#open(hash, options));
    return first && checkedPieces(this.#untilWhole(hash, first, options), { hash }, this.#options.url, options);
  }

  /**
   * The bytes of a blob. Where the connection is cut they are asked for from their beginning, and those that are out
   * already are passed over: whether all of them belong together, their hash says.
   */
  async *#untilWhole(hash: string, first: IncomingMessage, options: BlobOptions): AsyncGenerator<Uint8Array> {
    const passed = { bytes: 0 };
    let answer: IncomingMessage | null = first;
    for (let tries = 0; ;) {
      const before = passed.bytes;
      try {
        yield* piecesAfter(passed, answer);
        return;
      } catch (error) {
        answer.destroy();
        options.signal?.throwIfAborted();
        if (!isCut(error)) throw error;
        const what = `read blob ${hash}`;
        const cut = explainConnection(error as Error, what, this.#options);
        // Tries that bring nothing new are counted: a connection may open well and be cut all the same.
        tries = passed.bytes > before ? 0 : tries + 1;
        answer = await tryAgain(this.#delays.slice(tries), options.signal, () => this.#open(hash, options), cut);
        if (!answer) throw cut;
      }
    }
  }

  /** @returns null where the head does not have it */
  async #open(hash: string, options: BlobOptions): Promise<IncomingMessage | null> {
    const what = `read blob ${hash}`;
    const answer = await this.#ask('GET', hash, what, options);
    if (answer.statusCode === 200) return answer;
    answer.resume();
    if (answer.statusCode === 404) return null;
    throw explainStatus(answer, what, this.#options.url);
  }

  async write(blob: BlobRef, pieces: Pieces, options: BlobOptions = {}): Promise<void> {
    const { hash, size } = blob;
    checkBlobName(hash);
    const what = `send blob ${hash}, ${size} bytes,`;
    await this.#try(options, async () => {
      const answer = await this.#send(blob, pieces, what, options);
      if (answer.statusCode !== 201 && answer.statusCode !== 204) throw explainStatus(answer, what, this.#options.url);
    });
  }

  #try<T>({ signal }: BlobOptions, work: () => Promise<T>): Promise<T> {
    return tryAgain(this.#delays, signal, work);
  }

  #ask(method: string, hash: string, what: string, options: BlobOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.#request(method, hash, {}, options);
      request.on('response', resolve);
      request.on('error', (error) => reject(explainConnection(error, what, this.#options)));
      request.end();
    });
  }

  /** Nothing is sent before the server wants it: what is there already, or not wanted, costs nothing. */
  #send(blob: BlobRef, pieces: Pieces, what: string, options: BlobOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-length': blob.size, expect: '100-continue' };
      const request = this.#request('PUT', blob.hash, headers, options);
      const own: { error?: unknown } = {};
      request.on('continue', () => {
        const bytes = Readable.from(noting(own, checkedPieces(pieces(), blob, 'what was to be sent', options)));
        // Its errors are met as those of the request.
        pipeline(bytes, request).catch(() => {});
      });
      request.on('response', (answer: IncomingMessage) => {
        answer.on('error', () => {}).resume();
        // The rest of it is not wanted.
        if (!request.writableFinished) request.destroy();
        resolve(answer);
      });
      request.on('error', (error) => reject(own.error ?? explainConnection(error, what, this.#options)));
      request.flushHeaders();
    });
  }

  #request(
    method: string,
    hash: string,
    headers: Record<string, string | number>,
    { signal }: BlobOptions,
  ): ClientRequest {
    const { url, token, certificate, patience = PATIENCE } = this.#options;
    signal?.throwIfAborted();
    const request = (certificate === null ? plainRequest : tlsRequest)(`${url}/blobs/${hash}`, {
      method,
      agent: this.#agent,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(signal && { signal }),
    });
    request.setTimeout(patience, () => {
      request.destroy(Object.assign(new Error(`nothing came for ${patience / 1000} s`), { code: 'ETIMEDOUT' }));
    });
    return request;
  }
}

/** @param passed counts the bytes that are out already, and are passed over */
async function* piecesAfter(passed: { bytes: number }, answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of answer as AsyncIterable<Uint8Array>) {
    const fresh = piece.subarray(Math.min(piece.length, Math.max(0, passed.bytes - at)));
    at += piece.length;
    passed.bytes += fresh.length;
    if (fresh.length > 0) yield fresh;
  }
}

/** The connection broke, and not whoever reads from it. */
function isCut(error: unknown): boolean {
  const { code, name } = error as NodeJS.ErrnoException;
  return code !== undefined && name !== 'AbortError';
}

/** What is wrong with the bytes themselves is told as such, and not as a connection that broke. */
async function* noting(own: { error?: unknown }, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    own.error = error;
    throw error;
  }
}
