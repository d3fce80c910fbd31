import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeSynced } from '../../runner/checkpoints/checkpoint-files.ts';
import { explainFileError, isFileError } from '../../sweep/file-error.ts';
import { UserError } from '../../sweep/user-error.ts';
import { DamagedBlob, type BlobRef } from './blob-store.ts';
import { bearsToken } from './blob-token.ts';
import { checkedPieces } from './checked-pieces.ts';
import { SeenFiles } from './seen-files.ts';

/** In bytes. No checkpoint of a network that is trained here comes near it. */
const LARGEST = 64e9;

/** So many blobs are taken at the same time. */
const UPLOADS = 16;

/** In milliseconds: a connection on which nothing happens is ended. */
const PATIENCE = 120_000;

/** In bytes a second. A transfer that is slower in all is ended, since others wait for its place. */
const SLOWEST = 50_000;

const CHUNK = 2 ** 20;

/** The blobs of the head, for workers on other machines. The files are the owner's: the server holds no bytes. */
export interface BlobServerOptions {
  address: string;
  /** 0, unless it is given: any free one. */
  port?: number;
  /** `blobToken` makes it. */
  token: string;
  /** PEM; null: without TLS. */
  tls: { key: string; cert: string } | null;
  /** The path of the file that has these bytes. The server looks through it before it gives it away. */
  find: (hash: string) => Promise<string | null>;
  /**
   * Keeps what came in, which is synced and is what its hash says.
   *
   * @param file its name in `folder`: it is renamed, or is deleted when the promise ends
   */
  take: (blob: BlobRef, file: string) => Promise<void>;
  /** Where blobs are written under a temporary name. It must be there. */
  folder: string;
  /** Files there are called by it: `NAME.<uuid>.tmp`. */
  name: string;
  largest?: number;
  uploads?: number;
  /** In milliseconds. */
  patience?: number;
  /** What went wrong here, and is no fault of whoever asked. */
  report: (error: unknown) => void;
}

export interface BlobServer {
  /** `https://10.0.0.1:41234` */
  url: string;
  /** Ends what is going on. Nothing half written is left. */
  close(): Promise<void>;
}

/**
 * Serves `GET`, `HEAD` and `PUT /blobs/<sha256>`. Answers are a status without a text:
 *
 * - 200 and the bytes; 201 taken; 204 was there already; 404 is not there, or is damaged
 * - 401 another token; 404 another path; 405 another method; 411 no length; 413 too large
 * - 422 the bytes are not what the name says; 503 too many at once; 507 the disk is full; 500 anything else
 */
export async function startBlobServer(options: BlobServerOptions): Promise<BlobServer> {
  const { address, port = 0, tls, patience = PATIENCE } = options;
  const blobs = new Blobs(options);
  const timeouts = { requestTimeout: 0, headersTimeout: Math.min(10_000, patience), keepAliveTimeout: patience };
  const answer = (request: IncomingMessage, response: ServerResponse): void => blobs.answer(request, response);
  const server: Server = tls
    ? createTlsServer({ ...tls, ...timeouts, handshakeTimeout: Math.min(10_000, patience), minVersion: 'TLSv1.2' })
    : createServer(timeouts);
  server.on('request', answer).on('checkContinue', answer).setTimeout(patience);
  await listen(server, address, port);
  server.on('error', options.report);
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `${tls ? 'https' : 'http'}://${isIPv6(address) ? `[${address}]` : address}:${bound}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, blobs.idle()]);
    },
  };
}

async function listen(server: Server, address: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, address, resolve);
    });
  } catch (error) {
    const wanted = 'an address of this machine and a port that nobody has';
    throw new UserError(
      `Cannot serve blobs on ${address}, port ${port}: ${(error as Error).message}; wanted: ${wanted}`,
    );
  }
}

class Blobs {
  readonly #options: BlobServerOptions;
  readonly #seen = new SeenFiles();
  readonly #answering = new Set<Promise<void>>();
  #uploads = 0;

  constructor(options: BlobServerOptions) {
    this.#options = options;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const answering = this.#respond(request, response)
      .catch((error: unknown) => this.#fail(error, request, response))
      .finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#answering);
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    if (!bearsToken(headers.authorization, this.#options.token)) return end(request, response, 401);
    // The address as it was sent: nothing in it is decoded.
    const hash = /^\/blobs\/([0-9a-f]{64})$/.exec(url ?? '')?.[1];
    if (hash === undefined) return end(request, response, 404);
    if (method === 'PUT') return this.#put(hash, request, response);
    if (method === 'GET' || method === 'HEAD') return this.#get(hash, request, response);
    end(request, response, 405);
  }

  async #get(hash: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = await this.#find(hash);
    if (path === null) return end(request, response, 404);
    const { size } = await stat(path);
    response.writeHead(200, { 'content-length': size, 'content-type': 'application/octet-stream' });
    if (request.method === 'HEAD' || size === 0) return void response.end();
    const deadline = this.#deadline(request, size);
    try {
      // The length that was said is not exceeded: a file that grows meanwhile would break the connection.
      await pipeline(createReadStream(path, { highWaterMark: CHUNK, end: size - 1 }), response);
    } finally {
      clearTimeout(deadline);
    }
  }

  async #find(hash: string): Promise<string | null> {
    const path = await this.#options.find(hash);
    return path !== null && (await this.#seen.isWhole(path, hash)) ? path : null;
  }

  async #put(hash: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { largest = LARGEST, uploads = UPLOADS } = this.#options;
    const length = request.headers['content-length'];
    const size = Number(length);
    if (length === undefined) return end(request, response, 411);
    if (!(size <= largest)) return end(request, response, 413);
    if (await this.#find(hash)) return end(request, response, 204);
    if (this.#uploads >= uploads) return end(request, response, 503, { 'retry-after': '1' });
    this.#uploads++;
    const deadline = this.#deadline(request, size);
    try {
      if (request.headers.expect !== undefined) response.writeContinue();
      await this.#receive({ hash, size }, request);
      end(request, response, 201);
    } finally {
      clearTimeout(deadline);
      this.#uploads--;
    }
  }

  async #receive(blob: BlobRef, request: IncomingMessage): Promise<void> {
    const { folder, name, take } = this.#options;
    const file = `${name}.${randomUUID()}.tmp`;
    // Where writing fails, the request stays open for the answer.
    const pieces: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => request.iterator(STAYS_OPEN) };
    await writeSynced(join(folder, file), checkedPieces(pieces, blob, 'what was sent'));
    try {
      await take(blob, file);
    } finally {
      await rm(join(folder, file), { force: true });
    }
  }

  #deadline({ socket }: IncomingMessage, size: number): NodeJS.Timeout {
    const { patience = PATIENCE } = this.#options;
    return setTimeout(() => socket.destroy(), patience + (size / SLOWEST) * 1000).unref();
  }

  #fail(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    const status = statusOf(error);
    const hasLeft = request.socket.destroyed;
    if (status === 500 && !hasLeft) this.#options.report(explainFileError(error));
    if (response.headersSent) response.destroy();
    else end(request, response, status);
  }
}

const STAYS_OPEN = { destroyOnReturn: false };

function statusOf(error: unknown): number {
  if (error instanceof DamagedBlob) return 422;
  // Whoever takes a blob may have explained the error of its file.
  const { cause = error } = error as Error;
  return isFileError(cause) && ['ENOSPC', 'EDQUOT'].includes(cause.code) ? 507 : 500;
}

/** What is still sent is read and dropped: on a connection that is closed at once, the answer would be lost. */
function end(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...headers, 'content-length': 0 }).end();
  request.resume();
}
